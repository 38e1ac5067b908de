// Puts a change into the text of somebody's settings file and takes it out again. Text is only ever inserted, so that
// comments, order and layout stay, and taking out the same span restores the file byte for byte.
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
} from 'jsonc-parser';
import { canonicalJson } from '../model/canonical-json.ts';
import { Fault } from '../model/fault.ts';
import type { JsonObject } from '../model/json.ts';
import type { SettingsChange } from '../model/settings-change.ts';
import { digestOf } from './settings-digest.ts';
import { sha256Hex } from '../model/sha256.ts';

export interface Inserted {
  readonly text: string;
  /** Where what is new stands: UTF-16 units into `text`. */
  readonly start: number;
  readonly length: number;
  /** How many of the keys that lead to it are new too: objects that are ours as long as they hold nothing else. */
  readonly made: number;
}

/** A change that was made, without its value: that may hold a token. */
export interface Trace {
  readonly kind: SettingsChange['kind'];
  readonly at: readonly string[];
  /** SHA-256, hex, of the value's canonical JSON, or of the line or file. */
  readonly digest: string;
  readonly made: number;
}

/**
 * @param before the file's text; empty where there is no file.
 * @returns null where the change is there already.
 * @throws Fault SETTINGS_UNREADABLE where the file is no JSON object, SETTINGS_TAKEN where the place holds something else.
 */
export function insertChange(before: string, change: SettingsChange): Inserted | null {
  if (change.kind === 'file') return whole(before, change.text, change.path);
  if (change.kind === 'line') return insertLine(before, change.text);
  if (before.trim() === '') {
    const text = `${JSON.stringify(nest(change.at, valueIn(change)), null, 2)}\n`;
    return {
      text: before + text,
      start: before.length,
      length: text.length,
      made: change.at.length,
    };
  }
  return insertJson(before, change);
}

/** @returns null where it is not there, or is not ours any more. @throws never. */
export function removeTrace(text: string, trace: Trace): string | null {
  if (trace.kind === 'file') return sha256Hex(text) === trace.digest ? '' : null;
  return trace.kind === 'line' ? removeLine(text, trace.digest) : removeJson(text, trace);
}

/** Is the change in the file as we made it? */
export const holdsTrace = (text: string, trace: Trace): boolean =>
  removeTrace(text, trace) !== null;

function whole(before: string, text: string, path: string): Inserted | null {
  if (before === text) return null;
  if (before !== '') throw new Fault('SETTINGS_TAKEN', `${path} is there already and not ours`);
  return { text, start: 0, length: text.length, made: 0 };
}

const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

function insertLine(before: string, line: string): Inserted | null {
  if (before.split(/\r?\n/).includes(line)) return null;
  const added = line + eolOf(before);
  return { text: added + before, start: 0, length: added.length, made: 0 };
}

function removeLine(text: string, digest: string): string | null {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => sha256Hex(line.replace(/\r$/, '')) === digest);
  return at < 0 ? null : lines.toSpliced(at, 1).join('\n');
}

type JsonChange = Extract<SettingsChange, { readonly at: readonly string[] }>;

const valueIn = (change: JsonChange): unknown =>
  change.kind === 'item' ? [change.value] : change.value;

const nest = (at: readonly string[], value: unknown): unknown =>
  at.reduceRight<unknown>((inner, key): JsonObject => ({ [key]: inner }), value);

function insertJson(before: string, change: JsonChange): Inserted | null {
  const root = parse(before);
  if (root?.type !== 'object')
    throw new Fault('SETTINGS_UNREADABLE', `${change.path} is not a JSON object`);
  const depth =
    change.at.findLastIndex((_, i) => nodeAt(root, change.at.slice(0, i + 1)) !== null) + 1;
  const holder = nodeAt(root, change.at.slice(0, depth)) ?? root;
  if (depth === change.at.length) {
    if (isEqual(holder, change)) return null;
    if (change.kind === 'item' && holder.type === 'array')
      return insertInto(before, { holder, label: '', value: change.value, made: 0 });
  }
  const key = change.at[depth];
  if (key === undefined || holder.type !== 'object')
    throw new Fault('SETTINGS_TAKEN', `${change.path} has ${change.at.join('.')} already`);
  const value = nest(change.at.slice(depth + 1), valueIn(change));
  const made = change.at.length - depth;
  return insertInto(before, { holder, label: `${JSON.stringify(key)}: `, value, made });
}

const isEqual = (node: Node, change: JsonChange): boolean =>
  change.kind === 'item'
    ? (node.children ?? []).some((item) => nodeDigest(item) === digestOf(change))
    : nodeDigest(node) === digestOf(change);

interface Insertion {
  readonly holder: Node;
  /** Key and colon; nothing in an array. */
  readonly label: string;
  readonly value: unknown;
  readonly made: number;
}

/** As the first of what the holder holds: nothing behind it, comma or comment, need move. */
function insertInto(text: string, { holder, label, value, made }: Insertion): Inserted {
  const [first] = holder.children ?? [];
  const start = holder.offset + 1;
  const outer = indentAt(text, holder.offset);
  const isFlat = first !== undefined && !text.slice(start, first.offset).includes('\n');
  const eol = eolOf(text);
  const inner = first === undefined || isFlat ? `${outer}  ` : indentAt(text, first.offset);
  const json = (isFlat ? JSON.stringify(value) : JSON.stringify(value, null, 2))
    .split('\n')
    .join(`${eol}${inner}`);
  const comma = first === undefined ? `${eol}${outer}` : ',';
  const added = isFlat ? `${label}${json}, ` : `${eol}${inner}${label}${json}${comma}`;
  return {
    text: text.slice(0, start) + added + text.slice(start),
    start,
    length: added.length,
    made,
  };
}

/** The blanks that its line begins with. */
const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';

function removeJson(text: string, trace: Trace): string | null {
  const { kind, at, made } = trace;
  const node = nodeAt(parse(text), at);
  const path = node === null ? null : pathOf(node, trace);
  if (path === null) return null;
  let rest = without(text, path);
  // what we made to hold it goes too, once it holds nothing
  const last = kind === 'item' ? at.length : at.length - 1;
  for (let depth = last; depth > at.length - made; depth -= 1) {
    const holder = nodeAt(parse(rest), at.slice(0, depth));
    if (holder === null || (holder.children ?? []).length > 0) break;
    rest = without(rest, at.slice(0, depth));
  }
  return rest;
}

/** @returns null where what stands there is not ours. */
function pathOf(node: Node, { kind, at, digest }: Trace): readonly (string | number)[] | null {
  if (kind === 'item') return itemPath(node, at, digest);
  return nodeDigest(node) === digest ? at : null;
}

function itemPath(
  list: Node,
  at: readonly string[],
  digest: string,
): readonly (string | number)[] | null {
  const index = (list.children ?? []).findIndex((item) => nodeDigest(item) === digest);
  return index < 0 ? null : [...at, index];
}

/** Takes one member or item out with its comma and the blanks before it. */
function without(text: string, path: readonly (string | number)[]): string {
  const root = parse(text);
  const value = root === null ? undefined : findNodeAtLocation(root, [...path]);
  if (value === undefined) return text;
  const node = value.parent?.type === 'property' ? value.parent : value;
  const before = text.slice(0, node.offset);
  const behind = text.slice(node.offset + node.length);
  const comma = /^\s*,/.exec(behind)?.[0] ?? '';
  const rest = behind.slice(comma.length);
  // a line of its own goes whole; the line end behind a comment stays
  const kept = /^[ \t]*\r?\n/.test(rest) ? before.trimEnd() : before;
  return (comma === '' ? kept.replace(/,\s*$/, '') : kept) + rest;
}

const parse = (text: string): Node | null => {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  return errors.length > 0 ? null : (root ?? null);
};

const nodeAt = (root: Node | null, at: readonly string[]): Node | null =>
  root === null ? null : (findNodeAtLocation(root, [...at]) ?? null);

function nodeDigest(node: Node): string {
  const value: unknown = getNodeValue(node);
  return sha256Hex(canonicalJson(value));
}
