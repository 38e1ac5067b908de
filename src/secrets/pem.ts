// Private keys in PEM (RFC 7468) as they stand in files, diffs, numbered listings and escaped strings. The finding is
// the body: what lies between the BEGIN and END lines, without the line ends at either side.
import { RANK, type Candidate, type Hit } from './candidate.ts';

/** Where reading a body has come to; a stream goes on from here. Offsets are into the text. */
export interface PemState {
  /** Offset of the first body character; -1 before one was seen. */
  readonly start: number;
  /** Just after the last body character. */
  readonly end: number;
  /** Where to go on. */
  readonly at: number;
  /** Letters and digits of the body so far. */
  readonly characters: number;
  readonly isDone: boolean;
}

const HEADER = /-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----/y;
const HEADER_LENGTH_MAX = 64;
/** Fewer are prose about PEM. */
const PEM_CHARACTERS_MIN = 32;

const DATA = /[A-Za-z0-9+/=]+/y;
const FIELD = /(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID): ?[^\n\\]{0,200}/y;
/** Line ends, raw or escaped, with what editors, diffs and string lists put before the next line. */
const BREAK =
  /(?:[ \t]{0,8}(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n|\\{1,8}r))+(?:[ \t]{0,40}\d{1,6}[\t→|:][ \t]{0,8})?(?:[ \t]{0,40}[+\-|>](?=[A-Za-z0-9+/=-]))?[ \t]{0,40}|["']?[ \t]{0,8}[,+.]?[ \t]{0,8}(?:\r?\n)[ \t]{0,40}["']|[ \t]{1,8}(?=[A-Za-z0-9+/=]{32}|-----END)/y;

/** Finds the body that belongs to a `PRIVATE KEY` keyword. */
export function findPem(hit: Hit): Candidate | null {
  const bodyAt = findPemHeader(hit);
  if (bodyAt === null) return null;
  const state = readPem(hit.text, startPem(bodyAt));
  if (state.start < 0) return null;
  if (state.characters < PEM_CHARACTERS_MIN && state.isDone) return null;
  return {
    rule: 'private-key',
    start: state.start,
    end: state.end,
    rank: state.characters < PEM_CHARACTERS_MIN ? RANK.open : RANK.custom,
    isOpen: !state.isDone,
  };
}

/** @returns the offset just after the header line's dashes; null where the keyword is not in a BEGIN line. */
function findPemHeader(hit: Hit): number | null {
  const least = Math.max(0, hit.start - HEADER_LENGTH_MAX);
  const begin = hit.text.slice(least, hit.start).lastIndexOf('-----BEGIN ');
  if (begin < 0) return null;
  HEADER.lastIndex = least + begin;
  return HEADER.test(hit.text) ? HEADER.lastIndex : null;
}

const startPem = (at: number): PemState => ({
  start: -1,
  end: at,
  at,
  characters: 0,
  isDone: false,
});

/** Reads on from a state as far as the text goes. A state that is not done wants more text. */
export function readPem(text: string, from: PemState): PemState {
  let state = from;
  for (;;) {
    const next = step(text, state);
    if (next === null)
      return state.at < text.length && !couldGoOn(text, state.at)
        ? { ...state, isDone: true }
        : state;
    state = next;
  }
}

/** One run of data, one line end or one header field; null where there is none. */
function step(text: string, state: PemState): PemState | null {
  const field = state.start < 0 ? readField(text, state) : undefined;
  if (field !== undefined) return field;
  BREAK.lastIndex = state.at;
  if (BREAK.test(text)) {
    const at = BREAK.lastIndex;
    return isLinePrefixOpen(text.slice(at, at + 8)) ? null : { ...state, at };
  }
  DATA.lastIndex = state.at;
  const run = DATA.exec(text)?.[0];
  if (run === undefined) return null;
  return {
    start: state.start < 0 ? state.at : state.start,
    end: state.at + run.length,
    at: state.at + run.length,
    characters: state.characters + run.replace(/[^A-Za-z0-9]/g, '').length,
    isDone: false,
  };
}

/** @returns null where a field has begun and the text ends, undefined where none begins. */
function readField(text: string, state: PemState): PemState | null | undefined {
  FIELD.lastIndex = state.at;
  if (FIELD.test(text) && FIELD.lastIndex < text.length) return { ...state, at: FIELD.lastIndex };
  return isFieldStart(text, state.at) ? null : undefined;
}

const isFieldStart = (text: string, at: number): boolean =>
  /^(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID)(?::|$)/.test(
    text.slice(at, at + 12),
  ) ||
  (text.length - at < 12 && 'Proc-Type: DEK-Info: '.includes(text.slice(at)));

/** Could these first characters of a line, where the text ends, still become a line number or a diff's mark? */
const isLinePrefixOpen = (rest: string): boolean =>
  rest.length < 8 && /^(?:\d*|[+\-|>])$/.test(rest);

/** Is what is left the beginning of a line end, so that more text decides? */
const couldGoOn = (text: string, at: number): boolean =>
  text.length - at < 100 &&
  /^[\s\\nr0-9→|:,+.\-><"']{0,64}[A-Za-z0-9+/=]{0,31}-{0,5}[END]{0,3}$/.test(text.slice(at));
