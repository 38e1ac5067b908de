// Masks the values of a JSON text that stand at given places, while it streams: strings and numbers there become
// placeholders, `true`, `false`, `null` and structure stay. Reads bytes one by one and holds no more than one literal and
// the beginning of one value; JSON documents may follow one another.
import type { MaskRecord } from '../model/secret.ts';
import { decodeString, type JsonPath } from './json-spans.ts';
import type { MatchesPath } from './json-paths.ts';
import { type MaskBook, openMaskBook } from './mask-book.ts';

export interface PathMaskOptions {
  readonly isMasked: MatchesPath;
  /** What stands for a value. */
  readonly hide: (value: string) => string;
  /** Of the masks. */
  readonly facts: Omit<MaskRecord, 'placeholder' | 'ranges'>;
}

export interface PathMask {
  /** @throws Error where the text is no JSON: it has no places to mask. */
  push(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
  masks(): readonly MaskRecord[];
}

interface Level {
  readonly isObject: boolean;
  /** Comes an object's key next? */
  isKeyNext: boolean;
}

interface State {
  readonly options: PathMaskOptions;
  readonly path: (string | number)[];
  readonly levels: Level[];
  readonly book: MaskBook;
  mode: 'between' | 'string' | 'escape' | 'literal';
  /** Raw characters of the string or literal that is being read, as many as count. */
  token: string;
  /** Is it a key, is it left as it is, is it swallowed? */
  use: 'key' | 'plain' | 'masked';
  /** Of the token's first character, and of the next one. */
  start: number;
  at: number;
  out: string[];
}

const BLANK = /[ \t\r\n]/;
const STRUCTURE = /[\s,:[\]{}"]/;
/** A longer value is known by its beginning. */
const TOKEN_MAX = 8192;
const LEVELS_MAX = 10_000;

export function openPathMask(options: PathMaskOptions): PathMask {
  const state: State = {
    options,
    path: [],
    levels: [],
    book: openMaskBook(),
    mode: 'between',
    token: '',
    use: 'plain',
    start: 0,
    at: 0,
    out: [],
  };
  return {
    push: (bytes) => {
      // one character is one byte, so that text in any encoding stays what it is
      for (const character of Buffer.from(bytes).toString('latin1')) {
        read(state, character);
        state.at += 1;
      }
      return takeOut(state);
    },
    end: () => {
      if (state.mode === 'literal') endLiteral(state);
      // a value that was cut off is not given out
      else if (state.mode !== 'between' && state.use === 'masked') endMasked(state);
      return takeOut(state);
    },
    masks: () => state.book.masks(),
  };
}

function takeOut(state: State): Uint8Array {
  const text = state.out.join('');
  state.out = [];
  return Buffer.from(text, 'latin1');
}

function read(state: State, character: string): void {
  switch (state.mode) {
    case 'between':
      return readStructure(state, character);
    case 'escape':
      addToken(state, character);
      state.mode = 'string';
      return;
    case 'string':
      return readString(state, character);
    case 'literal':
      if (!STRUCTURE.test(character)) return addToken(state, character);
      endLiteral(state);
      return readStructure(state, character);
  }
}

function addToken(state: State, character: string): void {
  if (state.mode === 'literal' && state.token.length >= TOKEN_MAX)
    throw new Error('the text is no JSON');
  if (state.token.length < TOKEN_MAX) state.token += character;
  if (state.mode !== 'literal' && state.use !== 'masked') state.out.push(character);
}

function readString(state: State, character: string): void {
  if (character === '"') return endString(state);
  if (character === '\\') state.mode = 'escape';
  addToken(state, character);
}

function readStructure(state: State, character: string): void {
  if (character === '"') return beginString(state);
  if (!STRUCTURE.test(character)) {
    if (state.levels.length === 0) throw new Error('the text is no JSON');
    state.mode = 'literal';
    state.token = character;
    state.start = state.at;
    return;
  }
  state.out.push(character);
  if (BLANK.test(character)) return;
  if (character === '{' || character === '[') open(state, character === '{');
  else if (character === '}' || character === ']') close(state);
  else if (character === ',') next(state);
}

function open(state: State, isObject: boolean): void {
  if (state.levels.length >= LEVELS_MAX) throw new Error('the JSON is too deep');
  state.levels.push({ isObject, isKeyNext: isObject });
  state.path.push(isObject ? '' : 0);
}

function close(state: State): void {
  if (state.levels.pop() === undefined) throw new Error('the text is no JSON');
  state.path.pop();
}

function next(state: State): void {
  const level = state.levels.at(-1);
  const last = state.path.at(-1);
  if (level === undefined) return;
  level.isKeyNext = level.isObject;
  if (typeof last === 'number') state.path[state.path.length - 1] = last + 1;
}

const isMasked = ({ options, path }: State): boolean => options.isMasked(path satisfies JsonPath);

function beginString(state: State): void {
  const isKey = state.levels.at(-1)?.isKeyNext === true;
  state.mode = 'string';
  state.token = '';
  state.start = state.at;
  state.use = isKey ? 'key' : isMasked(state) ? 'masked' : 'plain';
  if (state.use !== 'masked') state.out.push('"');
}

function endString(state: State): void {
  state.mode = 'between';
  if (state.use === 'masked') {
    state.at += 1;
    endMasked(state);
    state.at -= 1;
    return;
  }
  state.out.push('"');
  const level = state.levels.at(-1);
  if (state.use !== 'key' || level === undefined) return;
  level.isKeyNext = false;
  state.path[state.path.length - 1] = decoded(state);
}

const decoded = ({ token }: State): string =>
  decodeString(Buffer.from(token, 'latin1').toString('utf8'));

function endLiteral(state: State): void {
  state.mode = 'between';
  const isWord = /^[a-z]+$/.test(state.token);
  if (isWord || !isMasked(state)) state.out.push(state.token);
  else endMasked(state);
}

function endMasked(state: State): void {
  const { start, at, options } = state;
  const value = decoded(state);
  state.mode = 'between';
  if (value === '') {
    state.out.push('""');
    return;
  }
  const placeholder = options.hide(value);
  state.out.push(`"${placeholder}"`);
  state.book.add({ ...options.facts, placeholder }, { start, end: at });
}
