// The calls of a script, in order, with what their arguments stand for.
import type { Token } from './script-tokens.ts';
import {
  isMark,
  isTransparent,
  openScript,
  readArguments,
  readExpression,
  skipToComma,
  type ScriptText,
} from './script-values.ts';
import type { Value } from './shell-expand.ts';

export interface ScriptCall {
  /** The last part of the callee: `writeFileSync` of `fs.writeFileSync`. */
  readonly name: string;
  /** The text that stands before the dot: a path for `Path("a").write_text`. */
  readonly receiver: Value | null;
  /** null: not a text that the script shows. */
  readonly values: readonly (Value | null)[];
  /** Keyword arguments, and the members of an object that is the first argument. */
  readonly members: ReadonlyMap<string, Value>;
}

/** @throws never. */
export function findScriptCalls(tokens: readonly Token[]): readonly ScriptCall[] {
  const script = openScript(tokens);
  const openers = new Map([...script.closers].map(([open, close]) => [close, open]));
  const calls: ScriptCall[] = [];
  tokens.forEach((token, at) => {
    if (token.kind !== 'name') return;
    bind(script, at);
    const close = script.closers.get(at + 1);
    const next = tokens[at + 1];
    if (close === undefined || next?.kind !== 'mark' || next.text !== '(') return;
    calls.push({
      name: token.text,
      receiver: receiverOf(script, at, openers),
      values: readArguments(script, at + 1, close),
      members: membersOf(script, at + 1, close),
    });
  });
  return calls;
}

/** `name = expression`, `const name = expression`, `open(…) as name`. */
function bind(script: ScriptText, at: number): void {
  const token = script.tokens[at];
  const next = script.tokens[at + 1];
  if (token?.kind !== 'name' || next === undefined) return;
  if (token.text === 'as' && next.kind === 'name') {
    const value = valueBefore(script, at);
    if (value !== null) script.bindings.set(next.text, value);
  } else if (isMark(next, '=') && !isEquals(script.tokens[at + 2])) {
    const { value } = readExpression(script, at + 2);
    if (value === null) script.bindings.delete(token.text);
    else script.bindings.set(token.text, value);
  }
}

const isEquals = (token: Token | undefined): boolean => isMark(token, '=') || isMark(token, '>');

/** The expression `open("x", "w")` or `Path("x").open("w")` that ends right before `as`. */
function valueBefore(script: ScriptText, at: number): Value | null {
  const from = Math.max(0, at - 40);
  const window = script.tokens.slice(from, at);
  const start = window.findLastIndex((token) => token.kind === 'name' && token.text === 'with');
  if (start < 0) return null;
  const reading = readExpression(script, from + start + 1);
  return reading.value === null ? null : { ...reading.value, isExact: true };
}

function receiverOf(
  script: ScriptText,
  at: number,
  openers: ReadonlyMap<number, number>,
): Value | null {
  if (!isMark(script.tokens[at - 1], '.')) return null;
  const before = script.tokens[at - 2];
  if (before?.kind === 'name') return script.bindings.get(before.text) ?? null;
  const open = openers.get(at - 2);
  return open === undefined ? null : valueOfCall(script, open, openers);
}

/** Only what ends at this bracket: `Path("a")` of `Path("a").open("w").write(…)`. */
function valueOfCall(
  script: ScriptText,
  open: number,
  openers: ReadonlyMap<number, number>,
): Value | null {
  const callee = script.tokens[open - 1];
  if (callee?.kind !== 'name') return readExpression(script, open + 1).value;
  if (!isTransparent(callee.text)) return null;
  const isMethod = callee.text === 'open' && isMark(script.tokens[open - 2], '.');
  return isMethod ? receiverOf(script, open - 1, openers) : readExpression(script, open + 1).value;
}

function membersOf(script: ScriptText, open: number, close: number): ReadonlyMap<string, Value> {
  const members = new Map<string, Value>();
  const inner = isMark(script.tokens[open + 1], '{') ? open + 1 : open;
  const end = script.closers.get(inner) ?? close;
  for (let at = inner + 1; at < end; at = skipToComma(script, at, end) + 1) {
    const key = script.tokens[at];
    if (key === undefined || key.kind === 'mark') continue;
    const value = memberValue(script, at, inner !== open);
    if (value !== null) members.set(key.text, value);
  }
  return members;
}

/** `key: value`, `key=value`, or in an object the name of a variable alone. */
function memberValue(script: ScriptText, at: number, isObject: boolean): Value | null {
  const key = script.tokens[at];
  const mark = script.tokens[at + 1];
  if (isMark(mark, ':') || isMark(mark, '=')) return readExpression(script, at + 2).value;
  const isShort = isObject && (isMark(mark, ',') || isMark(mark, '}'));
  return isShort && key !== undefined ? (script.bindings.get(key.text) ?? null) : null;
}
