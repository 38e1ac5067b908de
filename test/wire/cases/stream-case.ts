// One adversarial reply as data: what the model says, how it is cut, and which values nobody may get.
import type { WireName } from '../../../src/model/wire.ts';
import type { ReplyKind } from '../../../src/wire/reply-kind.ts';
import { cutAt } from '../cuts.ts';
import { PROVIDERS, sseText, type Cutter, type Part, type Provider } from '../streams.ts';

type Event = object | string;

export interface StreamCase {
  readonly id: string;
  readonly title: string;
  readonly provider: Provider | null;
  readonly kind: ReplyKind;
  /** The decoded body whose texts are cut by `cut`. */
  readonly body: (cut: Cutter) => Uint8Array;
  /** The cut that makes the case. */
  readonly cut: Cutter;
  readonly tcp: (bytes: Uint8Array) => readonly Uint8Array[];
  /** As the reply spells them; longer ones first where one holds another. */
  readonly secrets: readonly string[];
  /** The client gets the secrets and the record does not: signed text. */
  readonly isSealed: boolean;
  /** Other cuts of texts and bytes are tried too. */
  readonly isRecut: boolean;
  /** The connection breaks at the end. */
  readonly isCut: boolean;
  /** May differ besides the texts: the client does without `logprobs`. */
  readonly losesProbabilities: boolean;
}

const NAMES = {
  anthropic: 'anthropic-messages',
  chat: 'openai-chat',
  responses: 'openai-responses',
  gemini: 'gemini',
} as const satisfies Readonly<Record<string, WireName>>;

export const providerOf = (name: keyof typeof NAMES): Provider => {
  const found = PROVIDERS.find((one) => one.name === NAMES[name]);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

export const every =
  (length: number): Cutter =>
  (text) =>
    text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [''];

/** @param offsets from the word's start. */
export const around =
  (word: string, ...offsets: readonly number[]): Cutter =>
  (text) => {
    const start = text.indexOf(word);
    if (start < 0) return [text];
    const edges = [0, ...offsets.map((offset) => start + offset), text.length];
    return edges.slice(1).map((end, i) => text.slice(edges[i], end));
  };

const uncut: Cutter = (text) => [text];

/** 1 to 5 characters, irregular and the same every time. */
export const tokens: Cutter = (text) => {
  const parts: string[] = [];
  let state = 7;
  for (let at = 0; at < text.length;) {
    state = (state * 1103515245 + 12345) % 2147483648;
    const length = 1 + (state % 5);
    parts.push(text.slice(at, at + length));
    at += length;
  }
  return parts;
};

export const bytesOf =
  (length: number) =>
  (bytes: Uint8Array): readonly Uint8Array[] =>
    cutAt(
      bytes,
      Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => i * length),
    );

const PLAIN = {
  kind: 'sse',
  cut: uncut,
  tcp: (bytes: Uint8Array) => [bytes],
  isSealed: false,
  isRecut: true,
  isCut: false,
  losesProbabilities: false,
} as const;

/** Id, what it is about, whose reply it is. */
type CaseHead = readonly [string, string, keyof typeof NAMES];
type More = Partial<Omit<StreamCase, 'id' | 'title' | 'provider'>>;

/** A reply of a provider's, from parts. */
export function said(
  [id, title, name]: CaseHead,
  parts: readonly Part[],
  more: More & { readonly secrets: readonly string[]; readonly end?: string },
): StreamCase {
  const provider = providerOf(name);
  const body = (cut: Cutter): Uint8Array =>
    Buffer.from(sseText(provider, provider.events(parts, cut), more.end));
  return { ...PLAIN, id, title, provider, body, ...more };
}

/** A reply from events of our own. */
export function sent(
  [id, title, name]: CaseHead,
  events: (cut: Cutter) => readonly Event[],
  more: More & { readonly secrets: readonly string[] },
): StreamCase {
  const provider = providerOf(name);
  const body = (cut: Cutter): Uint8Array => Buffer.from(sseText(provider, events(cut)));
  return { ...PLAIN, id, title, provider, body, ...more };
}

/** A body that is no stream of events. */
export function raw(
  [id, title]: readonly [string, string],
  body: string | Uint8Array,
  more: More & { readonly secrets: readonly string[]; readonly provider?: Provider },
): StreamCase {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return { ...PLAIN, id, title, provider: null, body: () => bytes, kind: 'bytes', ...more };
}

export const text = (words: string): Part => ({ kind: 'text', text: words });
export const call = (input: Readonly<Record<string, unknown>>, name = 'Write'): Part => ({
  kind: 'call',
  name,
  input,
});
