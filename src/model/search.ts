// What a search asks, and what it finds. One language for the command line and the browser: src/model/search-query.ts.
import type { Exchange, Session } from './session.ts';

/** Words in this order, the last one perhaps only its beginning. */
export interface SearchTerm {
  readonly words: readonly string[];
  readonly isPrefix: boolean;
  /** An exchange with it is left out. */
  readonly isNot: boolean;
}

export const SEARCH_KEYS = [
  'user',
  'agent',
  'model',
  'repo',
  'path',
  'connection',
  'session',
  'since',
  'until',
  'resource',
  'masked',
] as const;

export type SearchKey = (typeof SEARCH_KEYS)[number];

/** Of filters with the same key one must hold; `isNot`: none of them may. */
export interface SearchFilter {
  readonly key: Exclude<SearchKey, 'since' | 'until'>;
  readonly value: string;
  readonly isNot: boolean;
  /** Of `resource`: the value's URL is the path behind the upstream of one of these. */
  readonly connections?: readonly string[];
}

export interface SearchQuery {
  readonly terms: readonly SearchTerm[];
  readonly filters: readonly SearchFilter[];
  /** When the exchange began, milliseconds since the epoch; both ends count. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

/** Masked text of an exchange that was not said before: what search looks at. */
export interface SearchText {
  readonly kind: 'prompt' | 'result' | 'answer' | 'thinking' | 'call';
  readonly text: string;
}

/** A stretch of what was found; joined the pieces are its text. */
export interface SearchSnippet {
  readonly kind: SearchText['kind'];
  readonly pieces: readonly { readonly text: string; readonly isHit: boolean }[];
}

export interface SearchHit {
  readonly exchange: Exchange;
  readonly session: Session;
  /** null where nothing was said in it, or its text is not kept. */
  readonly snippet: SearchSnippet | null;
}
