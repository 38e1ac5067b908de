// An object store of one bucket for tests: S3's API as far as it is asked for, every signature checked (AWS Signature
// Version 4, docs.aws.amazon.com/IAM: "Create a signed AWS API request"), and failures on demand.
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ObjectPlace } from '../../../src/store/postgres/objects.ts';

const [REGION, KEY_ID, SECRET] = ['eu-test-1', 'AKIDEXAMPLE', 'not-a-real-key'.repeat(3)];

export interface Bucket {
  readonly place: ObjectPlace;
  readonly objects: Map<string, Buffer>;
  /** Requests whose signature was wrong. */
  readonly refused: string[];
  /** From now on. @param status what every request gets; null: what it asks for; 0: the connection is cut. */
  readonly fail: (status: number | null) => void;
  readonly close: () => Promise<void>;
}

export async function startBucket(): Promise<Bucket> {
  const objects = new Map<string, Buffer>();
  const refused: string[] = [];
  const state: { status: number | null } = { status: null };
  const answer = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks);
    if (state.status === 0) return void asked.socket.destroy();
    if (state.status !== null)
      return reply(response, state.status, '<Error><Code>Busy</Code></Error>');
    if (isSigned(asked, body)) return act(objects, { asked, response, body });
    refused.push(`${asked.method ?? ''} ${asked.url ?? ''}`);
    return reply(response, 403, '<Error><Code>SignatureDoesNotMatch</Code></Error>');
  };
  const server = createServer((asked, response) => {
    answer(asked, response).catch((thrown: unknown) => response.destroy(new Error(String(thrown))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    place: {
      url: `http://127.0.0.1:${String(port)}/recordings/team-one`,
      region: REGION,
      accessKeyId: KEY_ID,
      secretAccessKey: SECRET,
    },
    objects,
    refused,
    fail: (status) => (state.status = status),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Call {
  readonly asked: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

const PAGE = 3;

function act(objects: Map<string, Buffer>, call: Call): void {
  const { asked, body } = call;
  const url = new URL(asked.url ?? '/', 'http://bucket');
  const key = decodeURIComponent(url.pathname.replace(/^\/recordings\/?/, ''));
  if (asked.method === 'PUT') {
    objects.set(key, body);
    call.response.setHeader('etag', '"1"');
    reply(call.response, 200, '');
  } else if (url.searchParams.has('delete')) remove(objects, call);
  else if (key === '') list(objects, call.response, url.searchParams);
  else {
    const found = objects.get(key);
    reply(call.response, found === undefined ? 404 : 200, found ?? '<Error/>');
  }
}

function remove(objects: Map<string, Buffer>, { response, body }: Call): void {
  const keys = [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, name = '']) => name);
  for (const name of keys) objects.delete(name);
  const gone = keys.map((name) => `<Deleted><Key>${name}</Key></Deleted>`).join('');
  reply(response, 200, `<DeleteResult>${gone}</DeleteResult>`);
}

function list(
  objects: ReadonlyMap<string, Buffer>,
  response: ServerResponse,
  asked: URLSearchParams,
): void {
  const [prefix, after] = [asked.get('prefix') ?? '', asked.get('continuation-token') ?? ''];
  const all = [...objects.keys()].filter((one) => one.startsWith(prefix) && one > after).toSorted();
  const page = all.slice(0, PAGE);
  const entries = page
    .map((one) => `<Contents><Key>${one}</Key><Size>1</Size></Contents>`)
    .join('');
  const token = `<NextContinuationToken>${page.at(-1) ?? ''}</NextContinuationToken>`;
  const isMore = all.length > PAGE;
  const end = `<IsTruncated>${String(isMore)}</IsTruncated>${isMore ? token : ''}`;
  reply(response, 200, `<ListBucketResult>${end}${entries}</ListBucketResult>`);
}

function reply(response: ServerResponse, status: number, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(body);
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
const hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

function isSigned(
  { headers, method = '', url: path = '' }: IncomingMessage,
  body: Buffer,
): boolean {
  const header = (name: string): string => String(headers[name]).trim();
  const [, scope, signed = '', signature] = SIGNED.exec(header('authorization')) ?? [];
  const date = header('x-amz-date');
  const payload = header('x-amz-content-sha256');
  const named = signed.split(';');
  const isBound =
    scope === `${date.slice(0, 8)}/${REGION}/s3/aws4_request` &&
    named.includes('host') &&
    (payload === 'UNSIGNED-PAYLOAD' || payload === hex(body));
  if (!isBound) return false;
  const url = new URL(path, 'http://bucket');
  const query = [...url.searchParams]
    .map((pair) => pair.map(encode).join('='))
    .toSorted()
    .join('&');
  const lines = named.map((name) => `${name}:${header(name)}\n`).join('');
  const canonical = [method, url.pathname, query, lines, signed, payload].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hex(canonical)].join('\n');
  const day = hmac(`AWS4${SECRET}`, date.slice(0, 8));
  const key = hmac(hmac(hmac(day, REGION), 's3'), 'aws4_request');
  return hmac(key, toSign).toString('hex') === signature;
}

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
