// The local certificate authority: made when it is first needed, kept in the state directory with its key in a file of
// 0600, and handed to children as a bundle beside the certificates that they would trust anyway.
import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { rootCertificates, type SecureContext } from 'node:tls';
import { makePrivate, writeWhole } from '../../daemon/run-info.ts';
import type { Caller } from '../../model/caller.ts';
import {
  type Authority,
  type AuthorityFiles,
  makeAuthority,
  openAuthority,
} from '../../proxy/authority.ts';

export interface AuthorityBook {
  contextFor(host: string): Promise<SecureContext>;
}

export function openAuthorityBook(home: string): AuthorityBook {
  let opened: Promise<Authority> | null = null;
  return {
    contextFor: async (host) => {
      opened ??= ensureAuthority(home).then(openAuthority);
      opened.catch(() => (opened = null));
      return (await opened).contextFor(host);
    },
  };
}

const authorityDir = (home: string): string => join(home, 'authority');

/** Both halves lie in one file: whoever comes second reads a whole pair. */
async function ensureAuthority(home: string): Promise<AuthorityFiles> {
  const file = join(authorityDir(home), 'authority.pem');
  const known = await readOrNull(file);
  if (known !== null) return splitPair(known);
  const made = await makeAuthority(`aitrail on ${hostname()}`.slice(0, 64));
  await makePrivate(authorityDir(home));
  try {
    await writeFile(file, `${made.certificate}\n${made.key}`, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (thrown) {
    const theirs = await readOrNull(file); // another process was first
    if (theirs === null) throw thrown;
    return splitPair(theirs);
  }
}

function splitPair(text: string): AuthorityFiles {
  const at = text.indexOf('-----BEGIN', 1);
  return { certificate: text.slice(0, at).trim(), key: text.slice(at) };
}

/** What the child of `run` trusts. Paths of files. */
export interface TrustFiles {
  /** Our certificate alone. */
  readonly own: string;
  /** The system's certificates, those that the caller's variables name, and ours. */
  readonly bundle: string;
}

export async function writeTrustFiles(caller: Caller, home: string): Promise<TrustFiles> {
  const { certificate } = await ensureAuthority(home);
  const files = {
    own: join(authorityDir(home), 'certificate.pem'),
    bundle: join(authorityDir(home), 'bundle.pem'),
  };
  const named = await readTrust(caller.env);
  const all = [...(named ?? (await systemCertificates())), certificate];
  await writeWhole(files.own, `${certificate}\n`);
  await writeWhole(files.bundle, `${all.map((one) => one.trim()).join('\n')}\n`);
  return files;
}

/** Where distributions keep the certificates that they trust. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
] as const;

async function systemCertificates(): Promise<readonly string[]> {
  for (const file of SYSTEM_BUNDLES) {
    const text = await readOrNull(file);
    if (text !== null && text.trim() !== '') return [text];
  }
  return rootCertificates;
}

/** @returns what upstreams are checked against where the variables name certificates of their own; null where not. */
export async function readTrust(env: Caller['env']): Promise<readonly string[] | null> {
  const files = [env['SSL_CERT_FILE'] ?? '', env['NODE_EXTRA_CA_CERTS'] ?? ''];
  const texts = await Promise.all(files.filter((file) => file !== '').map(readOrNull));
  const given = texts.filter((text) => text !== null);
  return given.length === 0 ? null : [...(await systemCertificates()), ...given];
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return null; // absent, or not for us: the others are tried
  }
}
