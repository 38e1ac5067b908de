// What the scripted model needs to know of one provider's format.
import type { Offered } from './tools.ts';
import type { JsonObject } from '../../../src/model/json.ts';

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly namespace: string | null;
  readonly input: JsonObject | string;
}

export interface Answer {
  readonly model: string;
  readonly text: string;
  readonly call: Call | null;
}

export interface Dialect {
  readonly matches: (path: string) => boolean;
  readonly isStreamed: (body: unknown, path: string) => boolean;
  readonly offered: (body: unknown) => readonly Offered[];
  /** Schema that the answer's text must satisfy; null where it is free. */
  readonly wantedSchema: (body: unknown) => JsonObject | null;
  /** How many steps of a part the conversation shows, where call ids do not tell. */
  readonly stepsTaken?: (body: unknown) => number;
  /** Whole SSE events. */
  readonly events: (answer: Answer) => readonly string[];
  readonly document: (answer: Answer) => JsonObject;
  readonly overloaded: { readonly status: number; readonly body: JsonObject };
}

/** Models send text in small pieces. */
export function pieces(text: string, characters = 23): readonly string[] {
  const all = Array.from(text); // whole characters: JSON on the wire holds no halves
  const cut: string[] = [];
  for (let at = 0; at < all.length; at += characters)
    cut.push(all.slice(at, at + characters).join(''));
  return cut;
}

export const sse = (data: JsonObject, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
