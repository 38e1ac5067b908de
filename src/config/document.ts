// One configuration text → its value and, for every path in it, the line and column where it was written.
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
} from 'yaml';
import type { SettingPlace } from '../model/policy.ts';
import { invalid } from './setting-place.ts';

export type SettingPath = readonly (string | number)[];

export interface ConfigDocument {
  /** As people know it: a path relative to the repository, absolute otherwise. */
  readonly file: string;
  readonly value: unknown;
  /** Place of the key or list item at `path`, or of the nearest one above it. */
  readonly placeOf: (path: SettingPath) => SettingPlace;
}

/** A text and what to call it. `key`: only this member counts (package.json). */
export interface ConfigText {
  readonly file: string;
  readonly text: string;
  readonly key: string | null;
}

/**
 * Reads YAML or JSON (which is YAML too).
 *
 * @throws Fault CONFIG_INVALID with file, line and column for malformed text and repeated keys.
 */
export function readDocument(source: ConfigText): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(source.text, { lineCounter: lines, uniqueKeys: true });
  const placeAt = (offset: number): SettingPlace => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line, column: col };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const why = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    throw invalid(placeAt(error.pos[0]), why.replace(/\.$/, ''));
  }
  const root = source.key === null ? document.contents : memberOf(document.contents, source.key);
  const value: unknown = root?.toJS(document, { maxAliasCount: 100 });
  return { file: source.file, value, placeOf: (path) => placeAt(offsetOf(root, path)) };
}

function memberOf(node: ParsedNode | null, key: string): Node | null {
  const pair = isMap(node) ? node.items.find((item) => keyOf(item.key) === key) : undefined;
  return pair?.value ?? null;
}

const keyOf = (key: unknown): unknown => (isScalar(key) ? key.value : key);

/** Walks down as far as the path leads; a mapping's entry is placed at its key. */
function offsetOf(root: Node | null, path: SettingPath): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    const next = stepInto(node, step);
    if (next === null) break;
    offset = startOf(next.mark) ?? offset;
    node = next.node;
  }
  return offset;
}

/** `mark`: the node whose start is the place of the step. */
function stepInto(node: unknown, step: string | number): { mark: unknown; node: unknown } | null {
  if (isMap(node)) {
    const pair = node.items.find((item) => String(keyOf(item.key)) === String(step));
    return pair === undefined ? null : { mark: pair.key, node: pair.value };
  }
  if (!isSeq(node) || typeof step !== 'number') return null;
  return { mark: node.items[step], node: node.items[step] };
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
