// What is asked of the scripted model, and what it has to answer: told by the request itself and the script.
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { stringAt } from '../../../src/model/json.ts';
import { createHash } from 'node:crypto';
import type { Answer, Dialect } from './dialect.ts';
import { callId, partIn, type Script, type Step, stepsById } from './script.ts';
import { sampleOf, wantedCall } from './tools.ts';

export type Asked = IncomingMessage | Http2ServerRequest;

export interface LoggedRequest {
  readonly method: string;
  /** As the client calls it, without a port. */
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the body as it came, hex. */
  readonly sha256: string;
  /** What was wrong with the answer, on purpose. */
  trouble: 'overloaded' | 'cut' | 'no route' | null;
}

export interface Manner {
  /** Does it take a WebSocket, or say that plain requests are wanted? */
  readonly takesSockets: boolean;
}

export interface State {
  script: Script;
  root: string;
  manner: Manner;
  /** Steps whose trouble has happened. */
  troubled: Set<string>;
  log: LoggedRequest[];
}

export const seen = (request: Asked, body: Buffer): LoggedRequest => ({
  method: request.method ?? 'GET',
  host: hostOf(request),
  path: request.url ?? '/',
  headers: request.headers,
  sha256: createHash('sha256').update(body).digest('hex'),
  trouble: null,
});

function hostOf({ headers }: Asked): string {
  const named = headers[':authority'] ?? headers.host ?? '';
  return String(named).replace(/:\d+$/, '');
}

export interface Turn {
  readonly answer: Answer;
  readonly trouble: 'overloaded' | 'cut' | null;
}

interface Heard {
  readonly body: unknown;
  readonly text: string;
  readonly path: string;
}

export function turnOf(state: State, dialect: Dialect, heard: Heard): Turn {
  const { body, text, path } = heard;
  const model = modelOf(body, path);
  const speak = (words: string): Turn => ({
    answer: { model, text: words, call: null },
    trouble: null,
  });
  const schema = dialect.wantedSchema(body);
  if (schema !== null) return speak(JSON.stringify(sampleOf(schema)));
  const offered = dialect.offered(body);
  const part = partIn(text);
  if (offered.length === 0 || part === null) return speak('A greeting');
  const at = dialect.stepsTaken?.(body) ?? stepsById(text, part);
  const step = state.script[part - 1]?.[at];
  if (step === undefined) return speak('All of it is done.');
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
