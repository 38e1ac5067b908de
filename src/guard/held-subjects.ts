// What exactly somebody approves, as the text whose digest the approval names, and the same for people to read.
import type { ApprovalKind } from '../model/approval.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { isObject, isString } from '../model/json.ts';
import type { ToolCall } from '../model/wire.ts';

export interface HeldSubject {
  readonly kind: ApprovalKind;
  /** Canonical JSON (RFC 8785); two actions with the same are the same. */
  readonly text: string;
  /** One line. */
  readonly what: string;
  /** What a person reads. Not masked, like everything here. */
  readonly content: string;
}

/** @param paths real ones of the files that it writes: a link that leads elsewhere later makes it another call. */
export const callSubject = (call: ToolCall, paths: readonly string[]): HeldSubject => ({
  kind: 'tool-call',
  text: canonicalJson({
    kind: 'tool-call',
    tool: call.name,
    arguments: call.input,
    paths: [...paths].toSorted(),
  }),
  what: [call.name, ...paths].join(' '),
  content: readable(call.input),
});

export const textSubject = (kind: 'prompt' | 'text', text: string): HeldSubject => ({
  kind,
  text: canonicalJson({ kind, text }),
  what: kind === 'prompt' ? 'a prompt to the model' : 'a text of the model',
  content: text,
});

interface Request {
  readonly method: string;
  readonly url: string;
  readonly body: Uint8Array;
}

export function requestSubject({ method, url, body }: Request): HeldSubject {
  const bytes = Buffer.from(body);
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  const sent = isText ? { body: text } : { bodyBase64: bytes.toString('base64') };
  return {
    kind: 'http',
    text: canonicalJson({ kind: 'http', method, url, ...sent }),
    what: `${method} ${url.split('?')[0] ?? ''}`,
    content: `${method} ${url}\n\n${isText ? text : `${String(bytes.length)} bytes that are no text`}`,
  };
}

/** Arguments by name; texts of several lines stand indented below theirs, so that none of them can look like a name. */
function readable(input: unknown): string {
  if (isString(input)) return input;
  if (!isObject(input)) return JSON.stringify(input, null, 2) ?? '';
  return Object.entries(input)
    .map(([name, value]) => {
      const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
      if (!isString(value) || !value.includes('\n')) return `${key}: ${JSON.stringify(value)}`;
      return `${key}:\n${value.replace(/^/gm, '    ')}`;
    })
    .join('\n');
}
