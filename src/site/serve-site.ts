// The browser pages on loopback: static files for everybody on this machine, data for the one browser that came in by the
// link.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Caller } from '../model/caller.ts';
import { Fault, isFault } from '../model/fault.ts';
import { parseJson, stringAt } from '../model/json.ts';
import type { FaultPage } from '../model/pages.ts';
import { type Gate, LINK_USED, openGate, refuseForeign, refuseHost } from './guard-request.ts';
import { type PageFile, readPageFiles } from './page-files.ts';
import { SAFE_HEADERS } from './page-headers.ts';
import { QUESTIONS, WRITES } from './questions.ts';

export interface Site {
  /** Opens a page in one browser, once. @param path `/`, `/session/s…`. */
  readonly link: (path: string) => string;
  readonly close: () => Promise<void>;
}

const HOST = '127.0.0.1';
const BODY_BYTES_MAX = 64 * 1024;

interface Serving {
  readonly caller: Caller;
  readonly host: string;
  readonly gate: Gate;
  readonly files: ReadonlyMap<string, PageFile>;
}

/** @param port 0: any. @throws Fault PORT_BUSY, PAGES_MISSING. */
export async function serveSite(caller: Caller, port: number): Promise<Site> {
  const files = await readPageFiles();
  const server = createServer();
  server.listen(port, HOST);
  await once(server, 'listening').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('PORT_BUSY', `the pages cannot be served: ${why}`, { cause });
  });
  const address = server.address();
  const host = `${HOST}:${String(typeof address === 'object' ? address?.port : port)}`;
  const serving: Serving = { caller, host, gate: openGate(host), files };
  server.on('request', (request, response) => void answer(serving, request, response));
  return {
    link: (path) => `http://${host}${path}#enter=${serving.gate.token}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function answer(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined); // a browser that went away
  const refused = refuseHost(serving.host, request.headers);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (refused !== null) sendJson(response, refused.status, refused);
  else if (pathname.startsWith('/api/')) {
    const name = pathname.slice('/api/'.length);
    await answerData(serving, { request, response, name, query: searchParams });
  } else if (isRead) sendFile(serving, pathname, { request, response });
  else sendJson(response, 405, said('WRONG_METHOD', 'pages are read with GET'));
}

interface Talk {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface DataTalk extends Talk {
  readonly name: string;
  readonly query: URLSearchParams;
}

/** Every address without a file is a place within the one page. */
function sendFile({ files }: Serving, path: string, { request, response }: Talk): void {
  const file = files.get(path) ?? files.get('/index.html');
  response.writeHead(200, { ...SAFE_HEADERS, 'content-type': file?.type ?? 'text/plain' });
  response.end(request.method === 'HEAD' ? undefined : file?.bytes);
}

async function answerData(serving: Serving, talk: DataTalk): Promise<void> {
  const { request, response, name } = talk;
  try {
    if (name === 'enter') return await enter(serving, talk);
    const refused = serving.gate.refuseData(request.method ?? '', request.headers);
    if (refused === null) return sendJson(response, 200, await readAnswer(serving, talk));
    sendJson(response, refused.status, refused);
  } catch (thrown) {
    const { status, page } = faultPage(thrown, serving.caller);
    sendJson(response, status, page);
  }
}

async function readAnswer(
  { caller }: Serving,
  { request, name, query }: DataTalk,
): Promise<object> {
  const question = request.method === 'GET' ? QUESTIONS.get(name) : undefined;
  if (question !== undefined) return question(caller, query);
  const write = request.method === 'POST' ? WRITES.get(name) : undefined;
  if (write !== undefined) return write(caller, await readBody(request));
  throw new Fault('USAGE', `nothing is asked by ${request.method ?? ''} ${name.slice(0, 40)}`);
}

/** The link's secret for a cookie and a key; the second who tries is told so. */
async function enter({ host, gate }: Serving, { request, response }: Talk): Promise<void> {
  const foreign = refuseForeign(host, request.method ?? '', request.headers);
  if (foreign !== null) return sendJson(response, foreign.status, foreign);
  const entry =
    request.method === 'POST' ? gate.enter(stringAt(await readBody(request), 'token') ?? '') : null;
  if (entry === null) return sendJson(response, LINK_USED.status, LINK_USED);
  response.setHeader('set-cookie', entry.cookie);
  sendJson(response, 200, { key: entry.key });
}

/** @throws Fault USAGE. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const isJson = request.headers['content-type'] === 'application/json';
  const length = Number(request.headers['content-length']);
  if (!isJson || !(length <= BODY_BYTES_MAX))
    throw new Fault('USAGE', 'only short JSON documents are taken');
  return parseJson((await buffer(request)).toString('utf8'));
}

const said = (code: string, message: string): FaultPage => ({ code, message, fix: '' });

function faultPage(
  thrown: unknown,
  caller: Caller,
): { readonly status: number; readonly page: FaultPage } {
  if (isFault(thrown)) {
    const { code, message, fix } = thrown;
    return { status: 422, page: { code, message, fix } };
  }
  const why = caller.env['AITRAIL_DEBUG'] === '1' ? String(thrown) : 'a mistake of ours';
  return { status: 500, page: said('BUG', why) };
}

function sendJson(response: ServerResponse, status: number, document: object): void {
  const bytes = Buffer.from(JSON.stringify(document));
  response.writeHead(status, {
    ...SAFE_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
  });
  response.end(bytes);
}
