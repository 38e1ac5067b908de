// A certificate authority of this machine alone: its key signs leaf certificates for the hosts of configured
// connections, for clients that were told to trust it. Nothing is ever added to the system's trust store.
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';

/** Both PEM. */
export interface AuthorityFiles {
  readonly certificate: string;
  /** PKCS #8. */
  readonly key: string;
}

export interface Authority {
  /** A certificate for the host with its key; made once and then again when half its time is over. */
  contextFor(host: string): Promise<SecureContext>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** Clocks of containers and virtual machines lag. */
const BACKDATED_MS = DAY_MS;
const AUTHORITY_DAYS = 365 * 5;
const LEAF_DAYS = 30;
const LEAVES_MAX = 200;

/** @param name tells it apart in a list of certificates. */
export async function makeAuthority(name: string): Promise<AuthorityFiles> {
  const x509 = await openX509();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: [{ CN: [name] }, { O: ['aitrail'] }],
    ...validFor(AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

interface Leaf {
  readonly context: Promise<SecureContext>;
  readonly renewAtMs: number;
}

export function openAuthority(files: AuthorityFiles): Authority {
  const leaves = new Map<string, Leaf>();
  return {
    contextFor: (host) => {
      const known = leaves.get(host);
      if (known !== undefined && Date.now() < known.renewAtMs) return known.context;
      const context = makeLeaf(files, host);
      context.catch(() => leaves.delete(host)); // the next client tries again
      leaves.delete(host); // a renewed one is the youngest
      leaves.set(host, { context, renewAtMs: Date.now() + (LEAF_DAYS * DAY_MS) / 2 });
      for (const oldest of leaves.keys()) if (leaves.size > LEAVES_MAX) leaves.delete(oldest);
      return context;
    },
  };
}

async function makeLeaf(files: AuthorityFiles, host: string): Promise<SecureContext> {
  const x509 = await openX509();
  const issuer = new x509.X509Certificate(files.certificate);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    createPrivateKey(files.key).export({ type: 'pkcs8', format: 'der' }),
    ALGORITHM,
    false,
    ['sign'],
  );
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    subject: [{ CN: [host.slice(0, 64)] }],
    issuer: issuer.subject,
    ...validFor(LEAF_DAYS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: isIP(host) === 0 ? 'dns' : 'ip', value: host },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  const certificate = `${leaf.toString('pem')}\n${files.certificate}`;
  return createSecureContext({ cert: certificate, key: await exportKey(keys.privateKey) });
}

const validFor = (days: number): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: new Date(Date.now() - BACKDATED_MS),
  notAfter: new Date(Date.now() + days * DAY_MS),
});

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN', 'PRIVATE KEY-----']
    .join(' ')
    .concat(`\n${lines.join('\n')}\n`, ['-----END', 'PRIVATE KEY-----'].join(' '), '\n');
}

/** Loaded at the first use: most sessions need no certificate. */
async function openX509() {
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}
