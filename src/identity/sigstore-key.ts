// Signing without a lasting key: a job's OIDC token, Fulcio's certificate for a key that lives for minutes, and an entry in
// the transparency log Rekor (docs.sigstore.dev). Only where `signing: sigstore` asks for it: both are other machines.
import type * as Sign from '@sigstore/sign';
import type * as Form from '@sigstore/bundle';
import type { Signature, Signer as SigstoreSigner, Witness } from '@sigstore/sign';
import { generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { readFulcioIdentity } from '../attest/fulcio-certificate.ts';
import { formatSigstore, nameIdentity } from '../attest/sigstore.ts';
import { formatKeyLine } from '../attest/ssh-key.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { numberAt, objectAt, stringAt } from '../model/json.ts';
import { answerMsMax } from '../model/sign-wait.ts';
import type { Signer, SigstorePlaces } from '../model/signing.ts';
import { askGitHub } from './offer-token.ts';

/** What Sigstore's clients look for: `id_tokens:` of GitLab and the like. */
const TOKEN_VARIABLE = 'SIGSTORE_ID_TOKEN';
const AUDIENCE = 'sigstore';

export interface SigstoreWork {
  readonly caller: Caller;
  /** Committer's mail address. */
  readonly email: string;
  readonly places: SigstorePlaces;
}

interface Sdk {
  readonly sign: typeof Sign;
  readonly bundle: typeof Form;
}

interface Certified {
  readonly key: KeyObject;
  readonly certificate: string;
}

/** @returns null where the machine offers no token. @throws Fault PEER_MISSING, SIGNER_LOCKED, KEY_UNREADABLE. */
export async function findSigstoreKey(work: SigstoreWork): Promise<Signer | null> {
  const { caller, email, places } = work;
  const token = await findToken(caller);
  if (token === null) return null;
  const sdk = await loadSdk();
  const certified = await certify(sdk, work, token);
  const certificate = new X509Certificate(certified.certificate);
  const identity = readFulcioIdentity(certificate.raw);
  if (identity === null)
    throw new Fault('KEY_UNREADABLE', `the certificate of ${places.fulcio} names nobody`, {
      fix: 'ask for a token that names a subject, or sign with a key: signing: keyring',
    });
  return {
    kind: 'sigstore',
    principal: email,
    publicKey: formatKeyLine(nameIdentity(identity)),
    place: places.fulcio,
    endsAtMs: Date.parse(certificate.validTo),
    sign: (message) => signWith(sdk, work, { message: Buffer.from(message), certified }),
  };
}

async function findToken({ env }: Caller): Promise<string | null> {
  const held = env[TOKEN_VARIABLE] ?? '';
  if (held !== '') return held;
  return askGitHub(env, AUDIENCE).catch((cause: unknown) => {
    throw new Fault('SIGNER_LOCKED', 'the runner gives no identity token', {
      cause,
      fix: 'run the job again; it needs `permissions: id-token: write`',
    });
  });
}

async function loadSdk(): Promise<Sdk> {
  try {
    const [sdk, bundle] = await Promise.all([import('@sigstore/sign'), import('@sigstore/bundle')]);
    return { sign: sdk, bundle };
  } catch (cause) {
    throw new Fault('PEER_MISSING', 'signing: sigstore needs two packages of Sigstore', {
      cause,
      fix: 'install them beside aitrail: npm install --global @sigstore/sign@4 @sigstore/bundle@4',
    });
  }
}

/** One certificate for all that the process signs: it says whose word that is before there is anything to sign. */
async function certify({ sign: sdk }: Sdk, work: SigstoreWork, token: string): Promise<Certified> {
  const { publicKey, privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const keyHolder: SigstoreSigner = {
    sign: (data) =>
      Promise.resolve({
        signature: sign('sha256', data, key),
        key: { $case: 'publicKey', publicKey: pem },
      }),
  };
  const signer = new sdk.FulcioSigner({
    fulcioBaseURL: work.places.fulcio,
    identityProvider: { getToken: () => Promise.resolve(token) },
    keyHolder,
    ...onceIn(work),
  });
  const { key: answered } = await signer.sign(Buffer.alloc(0)).catch((thrown: unknown) => {
    throw unanswered(work.places.fulcio, thrown);
  });
  if (answered.$case === 'x509Certificate') return { key, certificate: answered.certificate };
  throw new Fault('KEY_UNREADABLE', `${work.places.fulcio} answered without a certificate`, {
    fix: 'correct sigstore.fulcio',
  });
}

async function signWith(
  { sign: sdk, bundle: form }: Sdk,
  work: SigstoreWork,
  { message, certified }: { readonly message: Buffer; readonly certified: Certified },
): Promise<Buffer> {
  const { certificate, key } = certified;
  const signature: Signature = {
    signature: sign('sha256', message, key),
    key: { $case: 'x509Certificate', certificate },
  };
  const builder = new sdk.MessageSignatureBundleBuilder({
    signer: { sign: () => Promise.resolve(signature) },
    witnesses: witnessesOf(sdk, work),
  });
  const bundle = await builder.create({ data: message }).catch((thrown: unknown) => {
    const { rekor, timestamp } = work.places;
    const isTime = stringAt(thrown, 'code') === 'TSA_CREATE_TIMESTAMP_ERROR';
    throw unanswered(isTime ? (timestamp ?? rekor) : rekor, thrown);
  });
  return formatSigstore(form.bundleToJSON(bundle));
}

/** A log of version 2 says that there is an entry and not since when: the authority's word on the time stands beside it. */
function witnessesOf(sdk: typeof Sign, work: SigstoreWork): Witness[] {
  const { rekor: rekorBaseURL, timestamp: tsaBaseURL } = work.places;
  if (tsaBaseURL === null) return [new sdk.RekorWitness({ rekorBaseURL, ...onceIn(work) })];
  return [
    new sdk.RekorWitness({ rekorBaseURL, majorApiVersion: 2, ...onceIn(work) }),
    new sdk.TSAWitness({ tsaBaseURL, ...onceIn(work) }),
  ];
}

const onceIn = ({
  caller,
}: SigstoreWork): { readonly retry: number; readonly timeout: number } => ({
  retry: 0,
  timeout: answerMsMax(caller),
});

/** Without the cause: it may quote the token. */
function unanswered(url: string, thrown: unknown): Fault {
  const status = numberAt(objectAt(thrown, 'cause'), 'statusCode');
  const said = status === null ? 'does not answer' : `answered ${String(status)}`;
  return new Fault('SIGNER_LOCKED', `${url} ${said}`, {
    fix: 'try again when it does: aitrail attribute; or correct what `sigstore` names',
  });
}
