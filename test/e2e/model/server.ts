// A scripted model on loopback that speaks four providers' formats and keeps a log of every request.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { constants, type Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson } from '../../../src/model/json.ts';
import { decodeBody } from '../../../src/wire/decode-content.ts';
import { ANTHROPIC } from './anthropic.ts';
import { CHAT } from './chat.ts';
import type { Dialect } from './dialect.ts';
import { GEMINI } from './gemini.ts';
import { RESPONSES } from './responses.ts';
import type { Script } from './script.ts';
import { staticReply } from './services.ts';
import { serveSocket } from './socket.ts';
import {
  type Asked,
  type LoggedRequest,
  type Manner,
  seen,
  type State,
  type Turn,
  turnOf,
} from './turn.ts';

export type Answering = ServerResponse | Http2ServerResponse;

export interface ScriptedModel {
  readonly url: string;
  /** In order of arrival, since the last `play`. */
  readonly log: readonly LoggedRequest[];
  /** @param root where the clients work. */
  readonly play: (script: Script, root: string, manner?: Manner) => void;
  /** Answers what came in elsewhere. */
  readonly serve: (request: Asked, response: Answering) => void;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly close: () => Promise<void>;
}

const DIALECTS: readonly Dialect[] = [ANTHROPIC, RESPONSES, CHAT, GEMINI];
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const EVENT_PAUSE_MS = 1;

export function startScriptedModel(): Promise<ScriptedModel> {
  const plain: Manner = { takesSockets: false };
  const state: State = { script: [], root: '/', manner: plain, troubled: new Set(), log: [] };
  const serve: ScriptedModel['serve'] = (request, response) =>
    void answer(state, request, response).catch(() => hangUp(response));
  const upgrade: ScriptedModel['upgrade'] = (request, socket, head) => {
    if (state.manner.takesSockets) return serveSocket({ state, request, socket, head });
    // Codex asks for a WebSocket first, and takes this for "use plain requests"
    state.log.push({ ...seen(request, Buffer.alloc(0)), trouble: 'no route' });
    socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  };
  const server = createServer(serve);
  server.on('upgrade', upgrade);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${String(port)}`,
        get log() {
          return state.log;
        },
        play: (script, root, manner = plain) =>
          Object.assign(state, { script, root, manner, troubled: new Set(), log: [] }),
        serve,
        upgrade,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(state: State, request: Asked, response: Answering): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const path = request.url ?? '/';
  const entry = seen(request, raw);
  state.log.push(entry);
  const known = staticReply(entry.host, path);
  if (known !== null) return json(response, 200, known);
  const encoding = request.headers['content-encoding'] ?? null;
  const text = Buffer.from(await decodeBody(encoding, raw, BODY_BYTES_MAX)).toString('utf8');
  const body = parseJson(text);
  const dialect = DIALECTS.find((one) => request.method === 'POST' && one.matches(path));
  if (dialect === undefined || body === undefined) {
    entry.trouble = 'no route';
    return json(response, 404, { error: { message: 'not found', type: 'not_found_error' } });
  }
  const turn = turnOf(state, dialect, { body, text, path });
  entry.trouble = turn.trouble;
  await speak(response, dialect, { ...turn, isStreamed: dialect.isStreamed(body, path) });
}

async function speak(
  response: Answering,
  dialect: Dialect,
  turn: Turn & { readonly isStreamed: boolean },
): Promise<void> {
  if (turn.trouble === 'overloaded')
    return json(response, dialect.overloaded.status, dialect.overloaded.body);
  if (!turn.isStreamed) return json(response, 200, dialect.document(turn.answer));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const events = dialect.events(turn.answer);
  const most = turn.trouble === 'cut' ? Math.ceil(events.length / 2) : events.length;
  for (const event of events.slice(0, most)) {
    say(response, event);
    await sleep(EVENT_PAUSE_MS);
  }
  if (turn.trouble === 'cut') hangUp(response);
  else response.end();
}

function say(response: Answering, text: string): void {
  if ('stream' in response) response.write(text);
  else response.write(text);
}

function hangUp(response: Answering): void {
  if ('stream' in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

function json(response: Answering, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
