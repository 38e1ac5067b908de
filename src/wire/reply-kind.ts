// How the bytes of a reply are to be taken apart.
import type { WireFormat } from './format.ts';

export type ReplyKind =
  | 'sse'
  | 'sequence' // JSON documents one after another, each an event
  | 'json' // one document, masked as a whole
  | 'bytes'; // anything else: passes through a window

interface ReplyFacts {
  /** Value of the header, null where it is missing. */
  readonly contentType: string | null;
  readonly format: WireFormat | null;
  /** Path and query of the request. */
  readonly path: string;
}

const LINES = /^application\/(?:x-)?(?:ndjson|jsonlines|jsonl|json-seq)$/;
const JSON_TYPE = /^(?:application|text)\/(?:json|[\w.+-]+\+json)$/;

export function pickReplyKind(facts: ReplyFacts): ReplyKind {
  const type = /^[^;\s]*/.exec(facts.contentType ?? '')?.[0].toLowerCase() ?? '';
  if (type === 'text/event-stream') return 'sse';
  if (LINES.test(type)) return 'sequence';
  if (!JSON_TYPE.test(type)) return 'bytes';
  return isArrayStream(facts) ? 'sequence' : 'json';
}

/** Without alt=sse a Gemini stream is one array that arrives in pieces. */
const isArrayStream = ({ format, path }: ReplyFacts): boolean =>
  format?.name === 'gemini' && path.includes(':streamGenerateContent');
