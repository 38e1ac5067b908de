// What passes through the proxy and must be approved: what exactly is approved, and the same for people to read.
import type { ApprovalKind } from '../model/approval.ts';
import { isObject, isString } from '../model/json.ts';
import type { ToolCall } from '../model/wire.ts';
import { callSubject, httpSubject, type Subject, textSubject } from './approval-subject.ts';

export interface HeldSubject {
  readonly kind: ApprovalKind;
  readonly subject: Subject;
  /** One line. */
  readonly what: string;
  /** What a person reads. Not masked, like everything here. */
  readonly content: string;
}

/** @param paths real ones of the files that it writes: a link that leads elsewhere later makes it another call. */
export const heldCall = (call: ToolCall, paths: readonly string[]): HeldSubject => ({
  kind: 'tool-call',
  subject: callSubject(call, paths),
  what: [call.name, ...paths].join(' '),
  content: readable(call.input),
});

export const heldText = (kind: 'prompt' | 'text', text: string): HeldSubject => ({
  kind,
  subject: textSubject(kind, text),
  what: kind === 'prompt' ? 'a prompt to the model' : 'a text of the model',
  content: text,
});

export function heldRequest(request: Parameters<typeof httpSubject>[0]): HeldSubject {
  const { method, url } = request;
  const body = Buffer.from(request.body);
  const text = body.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(body);
  return {
    kind: 'http',
    subject: httpSubject(request),
    what: `${method} ${url.split('?')[0] ?? ''}`,
    content: `${method} ${url}\n\n${isText ? text : `${String(body.length)} bytes that are no text`}`,
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
