// Strings that a script's expressions stand for: literals, sums, names bound to them, lists joined, paths joined.
import type { Value } from './shell-expand.ts';
import type { Token } from './script-tokens.ts';

export interface ScriptText {
  readonly tokens: readonly Token[];
  /** Index of an opening bracket → index of its closing one. */
  readonly closers: ReadonlyMap<number, number>;
  readonly bindings: Map<string, Value>;
}

export interface Reading {
  readonly value: Value | null;
  /** Index of the first token behind the expression. */
  readonly next: number;
}

const OPENERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
/** Calls that stand for their first argument, or nearly. */
const TRANSPARENT = new Set(
  'Path PurePath open dedent cleandoc str String raw text resolve normalize encode trim'.split(' '),
);
export const isTransparent = (name: string): boolean => TRANSPARENT.has(name);

const DEPTH_MAX = 4;
const LENGTH_MAX = 4_000_000;

export function openScript(tokens: readonly Token[]): ScriptText {
  const closers = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== 'mark') return;
    if (token.text in OPENERS) open.push(index);
    else if (token.text === ')' || token.text === ']' || token.text === '}') {
      const start = open.pop();
      if (start !== undefined) closers.set(start, index);
    }
  });
  return { tokens, closers, bindings: new Map() };
}

export const isMark = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'mark' && token.text === text;

/** Reads one expression; `value` is null where it is not a text that the script shows. */
export function readExpression(script: ScriptText, start: number, depth = 0): Reading {
  let { value, next } = readTerm(script, start, depth);
  while (value !== null && value.text.length < LENGTH_MAX) {
    const operator = operatorAt(script.tokens[next]);
    if (operator === null) break;
    const more = readTerm(script, next + operator.length, depth);
    if (more.next === next) break;
    value = add(value, more.value, operator === '/' ? '/' : '');
    next = more.next;
  }
  return { value, next };
}

/** A sum, a joined path, or in Python nothing at all between two literals. */
function operatorAt(token: Token | undefined): '+' | '/' | '' | null {
  if (token?.kind === 'string') return '';
  return isMark(token, '+') ? '+' : isMark(token, '/') ? '/' : null;
}

const add = (left: Value, right: Value | null, between: string): Value =>
  right === null
    ? { text: left.text, isExact: false }
    : { text: left.text + between + right.text, isExact: left.isExact && right.isExact };

function readTerm(script: ScriptText, start: number, depth: number): Reading {
  const token = script.tokens[start];
  if (token === undefined || depth > DEPTH_MAX) return { value: null, next: start };
  if (token.kind === 'string') {
    const value = { text: token.text, isExact: token.isExact };
    return readTail(script, { value, next: start + 1 }, depth);
  }
  if (token.kind === 'name') return readName(script, start, depth);
  const close = script.closers.get(start);
  if (close === undefined) return { value: null, next: start };
  if (token.text === '(') {
    const inner = readExpression(script, start + 1, depth + 1);
    return readTail(script, { value: inner.value, next: close + 1 }, depth);
  }
  return readTail(script, { value: readList(script, start, close), next: close + 1 }, depth);
}

/** A dotted name, perhaps called: `path.join("a", "b")`, `Path("a")`, `content`, `await x`. */
function readName(script: ScriptText, start: number, depth: number): Reading {
  const { name, at } = lastName(script, start);
  const next = script.tokens[at];
  if (isMark(next, '(')) return readCall(script, { name, at, depth });
  // String.raw`…`
  if (name === 'raw' && next?.kind === 'string') return readTerm(script, at, depth);
  return readTail(script, { value: script.bindings.get(name) ?? null, next: at }, depth);
}

/** The last part of a dotted name, and the index behind it. */
function lastName(script: ScriptText, start: number): { name: string; at: number } {
  let name = '';
  let at = start;
  for (let token = script.tokens[at]; token?.kind === 'name'; token = script.tokens[at]) {
    name = token.text;
    at += 1;
    if (name === 'await' || name === 'new') continue;
    // a name that stands for a text: what is called on it is read as its tail
    if (script.bindings.has(name) || !isMark(script.tokens[at], '.')) break;
    at += 1;
  }
  return { name, at };
}

interface CallPlace {
  readonly name: string;
  readonly at: number;
  readonly depth: number;
}

function readCall(script: ScriptText, { name, at, depth }: CallPlace): Reading {
  const close = script.closers.get(at);
  if (close === undefined) return { value: null, next: at };
  let value: Value | null = null;
  if (TRANSPARENT.has(name)) {
    value = readExpression(script, at + 1, depth + 1).value;
    if (name === 'dedent' || name === 'cleandoc') value = dedent(value);
  } else if (name === 'join' && script.tokens[at + 1]?.kind === 'string') {
    value = joinTexts(readArguments(script, at, close), '/');
  }
  return readTail(script, { value, next: close + 1 }, depth);
}

/** `.trim()`, `.join("\n")`, `[0]` … behind a term: a join is followed, the rest leaves the text about as it was. */
function readTail(script: ScriptText, reading: Reading, depth: number): Reading {
  let { value, next } = reading;
  for (let steps = 0; steps < 20; steps += 1) {
    const method = methodAt(script, next);
    if (method === null) break;
    if (method.name === 'join') value = joinTail(script, { value, next: next + 2 }, depth);
    else if (value !== null) value = afterMethod(value, method.name);
    next = method.close + 1;
  }
  return { value, next };
}

/** `.name(` … `)` at this index. */
function methodAt(script: ScriptText, at: number): { name: string; close: number } | null {
  const method = script.tokens[at + 1];
  const close = script.closers.get(at + 2);
  const isCall = isMark(script.tokens[at], '.') && isMark(script.tokens[at + 2], '(');
  return isCall && method?.kind === 'name' && close !== undefined
    ? { name: method.text, close }
    : null;
}

/** Most methods give something else altogether; these keep the text or nearly. */
function afterMethod(value: Value, method: string): Value | null {
  if (method === 'trim' || method === 'strip') return { ...value, text: value.text.trim() };
  if (method === 'lstrip' || method === 'trimStart')
    return { ...value, text: value.text.trimStart() };
  if (/^(?:encode|toString|resolve|absolute|open)$/.test(method)) return value;
  return /^(?:replace|replaceAll|format|rstrip|trimEnd|concat|expanduser)$/.test(method)
    ? { text: value.text, isExact: false }
    : null;
}

const SEPARATOR = '\u0000';

/** JavaScript: `[…].join("\n")`; Python: `"\n".join([…])`. Lists are held joined by NUL until then. */
function joinTail(script: ScriptText, reading: Reading, depth: number): Value | null {
  if (reading.value === null) return null;
  const argument = readExpression(script, reading.next + 1, depth + 1).value;
  if (reading.value.text.includes(SEPARATOR)) {
    return {
      ...reading.value,
      text: reading.value.text.replaceAll(SEPARATOR, argument?.text ?? ','),
    };
  }
  if (argument === null || !argument.text.includes(SEPARATOR)) return reading.value;
  return { ...argument, text: argument.text.replaceAll(SEPARATOR, reading.value.text) };
}

function readList(script: ScriptText, start: number, close: number): Value | null {
  if (!isMark(script.tokens[start], '[')) return null;
  return joinTexts(readArguments(script, start, close), SEPARATOR);
}

const joinTexts = (values: readonly (Value | null)[], between: string): Value | null => {
  const known = values.flatMap((value) => (value === null ? [] : [value]));
  if (known.length === 0) return null;
  return {
    text: known.map((value) => value.text).join(between),
    isExact: known.length === values.length && known.every((value) => value.isExact),
  };
};

/** Values between an opening bracket and its closing one, by commas of that level. */
export function readArguments(
  script: ScriptText,
  open: number,
  close: number,
): readonly (Value | null)[] {
  const values: (Value | null)[] = [];
  for (let at = open + 1; at < close;) {
    const reading = readExpression(script, at, 1);
    at = skipToComma(script, Math.max(reading.next, at), close);
    // an expression that goes on in ways not read here is not what was read
    values.push(reading.value);
    at += 1;
  }
  return values;
}

export function skipToComma(script: ScriptText, start: number, close: number): number {
  let at = start;
  while (at < close && !isMark(script.tokens[at], ',')) at = (script.closers.get(at) ?? at) + 1;
  return at;
}

function dedent(value: Value | null): Value | null {
  if (value === null) return null;
  const lines = value.text.split('\n');
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const depth = Math.min(...depths.slice(0, 10_000), 200);
  return { ...value, text: lines.map((line) => line.slice(depth)).join('\n') };
}
