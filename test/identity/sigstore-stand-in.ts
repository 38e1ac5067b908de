// Fulcio, Rekor in both versions and a time-stamp authority on loopback, with the certificates and proofs of Sigstore's own test authority. What they sign is real;
// only the roots are nobody's.
import { TrustedRoot } from '@sigstore/protobuf-specs';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
  type HandlerFn,
} from '@sigstore/mock';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { secondRekor } from './second-rekor.ts';

export const ISSUER = 'https://token.actions.example';

export interface Sigstore {
  readonly url: string;
  /** JSON of the trusted root. */
  readonly root: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  readonly close: () => void;
}

interface Options {
  /** The time that certificates begin at; default: now. */
  readonly certifiedAt?: Date;
  /** The time of entries. */
  readonly loggedAt?: Date;
  /** Instead of an answer. */
  readonly status?: number;
  /** The only path that answers so; default: all. */
  readonly failing?: string;
}

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const makePair = (namedCurve: string): Pair => generateKeyPairSync('ec', { namedCurve });

export async function openSigstore(options: Options = {}): Promise<Sigstore> {
  const pairs = {
    ca: makePair('P-384'),
    ct: makePair('P-256'),
    log: makePair('P-256'),
    time: makePair('P-384'),
  };
  const ctLog = await initializeCTLog(pairs.ct);
  const ca = await initializeCA(pairs.ca, ctLog, options.certifiedAt);
  const clock = new Date(options.loggedAt ?? 0);
  const time = await initializeTSA(pairs.time, clock);
  const handlers = new Map<string, HandlerFn>();
  const asked: string[] = [];
  const answer = async (
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const body = await text(request);
    // whole seconds: what writes the authority's answer drops zeros of a fraction, and what reads it wants all three digits
    if (options.loggedAt === undefined) clock.setTime(Math.floor(Date.now() / 1000) * 1000);
    const said =
      options.status === undefined || (options.failing ?? path) !== path
        ? await handlers.get(path)?.(body)
        : { statusCode: options.status, response: 'not today' };
    response.writeHead(said?.statusCode ?? 404, { 'content-type': 'application/json' });
    response.end(said?.response ?? '');
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    void answer(path, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${String(port)}`;
  const log = await initializeTLog(url, pairs.log, options.loggedAt);
  const services = [
    fulcioHandler(ca, { strict: true }),
    rekorHandler(log),
    secondRekor(url, pairs.log),
    tsaHandler(time),
  ];
  for (const { path, fn } of services) handlers.set(path, fn);
  return {
    url,
    root: JSON.stringify(
      rootOf({
        url,
        certificate: base64(ca.rootCertificate),
        timeCertificates: [time.intCertificate, time.rootCertificate].map(base64),
        pairs,
      }),
    ),
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const base64 = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

interface Parts {
  readonly url: string;
  /** Base64, as the others. */
  readonly certificate: string;
  readonly timeCertificates: readonly string[];
  readonly pairs: { readonly ct: Pair; readonly log: Pair };
}

function rootOf({ url, certificate, timeCertificates, pairs }: Parts): unknown {
  const since = { start: '2020-01-01T00:00:00Z' };
  const logOf = (baseUrl: string, { publicKey }: Pair): unknown => {
    const der = publicKey.export({ format: 'der', type: 'spki' });
    return {
      baseUrl,
      hashAlgorithm: 'SHA2_256',
      publicKey: {
        rawBytes: der.toString('base64'),
        keyDetails: 'PKIX_ECDSA_P256_SHA_256',
        validFor: since,
      },
      logId: { keyId: createHash('sha256').update(der).digest('base64') },
    };
  };
  const mediaType = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1';
  return TrustedRoot.toJSON(
    TrustedRoot.fromJSON({
      mediaType,
      tlogs: [logOf(url, pairs.log)],
      certificateAuthorities: [
        {
          subject: { organization: 'example', commonName: 'example' },
          uri: url,
          certChain: { certificates: [{ rawBytes: certificate }] },
          validFor: since,
        },
      ],
      ctlogs: [logOf(url, pairs.ct)],
      timestampAuthorities: [
        {
          subject: { organization: 'example', commonName: 'example' },
          uri: url,
          certChain: { certificates: timeCertificates.map((rawBytes) => ({ rawBytes })) },
          validFor: since,
        },
      ],
    }),
  );
}

/** What a runner gives a job: nobody here checks its signature, Fulcio does. */
export const tokenOf = (subject: string, issuer = ISSUER): string =>
  [{ alg: 'none' }, { iss: issuer, sub: subject, aud: 'sigstore' }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('c2lnbmF0dXJl')
    .join('.');
