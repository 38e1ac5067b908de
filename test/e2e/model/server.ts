// A scripted model on loopback that speaks four providers' formats and keeps a log of every request.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson, stringAt } from '../../../src/model/json.ts';
import { decodeBody } from '../../../src/wire/decode-content.ts';
import { ANTHROPIC } from './anthropic.ts';
import { CHAT } from './chat.ts';
import type { Answer, Dialect } from './dialect.ts';
import { GEMINI } from './gemini.ts';
import { RESPONSES } from './responses.ts';
import { callId, partIn, type Script, type Step, stepsById } from './script.ts';
import { sampleOf, wantedCall } from './tools.ts';

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the body as it came, hex. */
  readonly sha256: string;
  /** What was wrong with the answer, on purpose. */
  trouble: 'overloaded' | 'cut' | 'no route' | null;
}

export interface ScriptedModel {
  readonly url: string;
  /** In order of arrival, since the last `play`. */
  readonly log: readonly LoggedRequest[];
  /** @param root where the clients work. */
  readonly play: (script: Script, root: string) => void;
  readonly close: () => Promise<void>;
}

interface State {
  script: Script;
  root: string;
  /** Steps whose trouble has happened. */
  troubled: Set<string>;
  log: LoggedRequest[];
}

const DIALECTS: readonly Dialect[] = [ANTHROPIC, RESPONSES, CHAT, GEMINI];
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const EVENT_PAUSE_MS = 1;

export function startScriptedModel(): Promise<ScriptedModel> {
  const state: State = { script: [], root: '/', troubled: new Set(), log: [] };
  const server = createServer((request, response) => {
    void answer(state, request, response).catch((cause: unknown) =>
      response.destroy(Error(String(cause))),
    );
  });
  // Codex asks for a WebSocket first, and takes this for "use plain requests"
  server.on('upgrade', (request, socket) => {
    state.log.push({ ...seen(request, Buffer.alloc(0)), trouble: 'no route' });
    socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${String(port)}`,
        get log() {
          return state.log;
        },
        play: (script, root) =>
          Object.assign(state, { script, root, troubled: new Set(), log: [] }),
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const path = request.url ?? '/';
  const entry = seen(request, raw);
  state.log.push(entry);
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

const seen = (request: IncomingMessage, body: Buffer): LoggedRequest => ({
  method: request.method ?? 'GET',
  path: request.url ?? '/',
  headers: request.headers,
  sha256: createHash('sha256').update(body).digest('hex'),
  trouble: null,
});

interface Turn {
  readonly answer: Answer;
  readonly trouble: 'overloaded' | 'cut' | null;
}

interface Heard {
  readonly body: unknown;
  readonly text: string;
  readonly path: string;
}

function turnOf(state: State, dialect: Dialect, heard: Heard): Turn {
  const { body, text, path } = heard;
  const model = modelOf(body, path);
  const say = (words: string): Turn => ({
    answer: { model, text: words, call: null },
    trouble: null,
  });
  const schema = dialect.wantedSchema(body);
  if (schema !== null) return say(JSON.stringify(sampleOf(schema)));
  const offered = dialect.offered(body);
  const part = partIn(text);
  if (offered.length === 0 || part === null) return say('A greeting');
  const at = dialect.stepsTaken?.(body) ?? stepsById(text, part);
  const step = state.script[part - 1]?.[at];
  if (step === undefined) return say('All of it is done.');
  const call = { id: callId(part, at), ...wantedCall(step.op, offered, state.root) };
  const trouble = takeTrouble(state, `${String(part)}.${String(at)}`, step);
  return { answer: { model, text: step.text, call }, trouble };
}

/** One format has the model's name in the path. */
const modelOf = (body: unknown, path: string): string =>
  stringAt(body, 'model') ?? /\/models\/([^/:]+):/.exec(path)?.[1] ?? 'scripted';

/** What goes wrong with a step goes wrong once. */
function takeTrouble({ troubled }: State, name: string, step: Step): Turn['trouble'] {
  if (troubled.has(name)) return null;
  troubled.add(name);
  return step.trouble ?? null;
}

async function speak(
  response: ServerResponse,
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
    response.write(event);
    await sleep(EVENT_PAUSE_MS);
  }
  if (turn.trouble === 'cut') response.destroy();
  else response.end();
}

function json(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
