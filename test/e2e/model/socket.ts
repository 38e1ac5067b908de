// OpenAI Responses over a WebSocket: each `response.create` is a request; the server keeps the conversation, so that the
// next one brings only what is new.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { arrayAt, isObject, objectAt, parseJson, stringAt } from '../../../src/model/json.ts';
import { RESPONSES } from './responses.ts';
import { type LoggedRequest, seen, type State, turnOf } from './turn.ts';

export interface Knocking {
  readonly state: State;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

interface Conversation {
  readonly state: State;
  readonly socket: WebSocket;
  /** Of the handshake. */
  readonly knock: LoggedRequest;
  /** Items so far, the model's too. */
  history: readonly unknown[];
}

const SERVER = new WebSocketServer({ noServer: true, perMessageDeflate: true });
const EVENT_PAUSE_MS = 1;

export function serveSocket({ state, request, socket, head }: Knocking): void {
  SERVER.handleUpgrade(request, socket, head, (opened) => {
    const knock = seen(request, Buffer.alloc(0));
    const conversation: Conversation = { state, socket: opened, knock, history: [] };
    opened.on('error', () => undefined);
    opened.on('message', (data) => {
      const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
      void answer(conversation, bytes).catch(() => opened.terminate());
    });
  });
}

async function answer(conversation: Conversation, bytes: Buffer): Promise<void> {
  const { state, socket, knock } = conversation;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const entry: LoggedRequest = { ...knock, sha256, trouble: null };
  state.log.push(entry);
  const asked = parseJson(bytes.toString('utf8'));
  const isNew = stringAt(asked, 'previous_response_id') === null;
  const input = [...(isNew ? [] : conversation.history), ...arrayAt(asked, 'input')];
  conversation.history = input;
  const body = { ...objectAt({ asked }, 'asked'), input };
  if (isObject(asked) && asked['generate'] === false) return send(socket, WARMED);
  const path = knock.path;
  const turn = turnOf(state, RESPONSES, { body, text: JSON.stringify(body), path });
  entry.trouble = turn.trouble;
  if (turn.trouble === 'overloaded') return send(socket, [BUSY]);
  const events = RESPONSES.events(turn.answer).map((event) => /^data: (.*)$/m.exec(event)?.[1]);
  const most = turn.trouble === 'cut' ? Math.ceil(events.length / 2) : events.length;
  await send(socket, events.slice(0, most).map(String));
  if (turn.trouble === 'cut') socket.terminate();
  conversation.history = [...input, ...arrayAt(RESPONSES.document(turn.answer), 'output')];
}

async function send(socket: WebSocket, events: readonly string[]): Promise<void> {
  for (const event of events) {
    socket.send(event);
    await sleep(EVENT_PAUSE_MS);
  }
}

/** The code that plain requests get here ends the client: over a socket it takes it for a matter of the model chosen. */
const BUSY = JSON.stringify({
  type: 'error',
  status: 503,
  error: { type: 'server_error', message: 'Overloaded' },
});
const WARM = { id: 'resp_warm', object: 'response', model: 'scripted', error: null, output: [] };
const WARMED = [
  { type: 'response.created', response: { ...WARM, status: 'in_progress' } },
  { type: 'response.completed', response: { ...WARM, status: 'completed', usage: null } },
].map((event) => JSON.stringify(event));
