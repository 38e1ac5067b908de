// The demo's model: a server on loopback that speaks the Anthropic Messages protocol and answers from a script.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { arrayAt, isObject, parseJson, stringAt } from '../../model/json.ts';
import type { DemoTurn } from './script.ts';

export interface DemoModel {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const FRAGMENT_CHARACTERS = 24;

/**
 * Starts the server on a free port of 127.0.0.1.
 *
 * @param turns what the model says, one per request of a conversation; then it has nothing more to do.
 */
export function startDemoModel(turns: readonly DemoTurn[]): Promise<DemoModel> {
  const server = createServer((request, response) => void answer(request, response, turns));
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  turns: readonly DemoTurn[],
): Promise<void> {
  const body = await readBody(request);
  if (
    request.method !== 'POST' ||
    !(request.url ?? '').startsWith('/v1/messages') ||
    !isObject(body)
  ) {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ type: 'error', error: { type: 'not_found_error', message: 'not found' } }),
    );
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const event of streamOf(pickTurn(body, turns), stringAt(body, 'model') ?? 'demo')) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  response.end();
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return parseJson(Buffer.concat(chunks).toString('utf8'));
}

/** A request without tools is a side call of the client's own (a title, say): it takes no turn. */
function pickTurn(body: unknown, turns: readonly DemoTurn[]): DemoTurn {
  const turn = arrayAt(body, 'tools').length > 0 ? turns[countAnswers(body)] : undefined;
  return turn ?? { text: 'Nothing more to do.', calls: [] };
}

/** How many times the model has spoken in this conversation. */
const countAnswers = (body: unknown): number =>
  arrayAt(body, 'messages').filter((message) => stringAt(message, 'role') === 'assistant').length;

interface StreamEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

function* streamOf(turn: DemoTurn, model: string): Generator<StreamEvent> {
  const usage = { input_tokens: 1200, output_tokens: 1 };
  // clients join messages that share an id
  const message = {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    usage,
  };
  yield { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } };
  yield { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
  for (const text of fragments(turn.text)) {
    yield { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
  }
  yield { type: 'content_block_stop', index: 0 };
  for (const [order, call] of turn.calls.entries()) yield* streamOfCall(call, order + 1);
  const reason = turn.calls.length > 0 ? 'tool_use' : 'end_turn';
  yield {
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null },
    usage: { output_tokens: 160 },
  };
  yield { type: 'message_stop' };
}

function* streamOfCall(call: DemoTurn['calls'][number], index: number): Generator<StreamEvent> {
  const block = { type: 'tool_use', id: call.id, name: call.name, input: {} };
  yield { type: 'content_block_start', index, content_block: block };
  for (const json of fragments(JSON.stringify(call.input))) {
    yield {
      type: 'content_block_delta',
      index,
      delta: { type: 'input_json_delta', partial_json: json },
    };
  }
  yield { type: 'content_block_stop', index };
}

function* fragments(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += FRAGMENT_CHARACTERS)
    yield text.slice(at, at + FRAGMENT_CHARACTERS);
}
