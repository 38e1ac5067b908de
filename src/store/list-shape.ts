// A sequence of parts, told as its difference from an earlier one: shared beginning, own middle, shared end.
import { formatCounts, parseCounts } from '../model/counts.ts';

/** A list longer than this many steps from a whole one is stored whole: reading stays cheap. */
const DEPTH_MAX = 64;
/** A session's requests alternate between a main conversation and side ones; any of the last may be the parent. */
const RECENT_MAX = 6;
/** Lists kept in memory, over all sessions. */
const GROUPS_MAX = 256;

/** A list that is stored. */
export interface ListRef {
  readonly n: number;
  readonly depth: number;
  readonly parts: readonly number[];
}

/** The last lists of each group (a session), so that finding a parent reads nothing. */
export type RecentLists = Map<string, readonly ListRef[]>;

/** A list as its row tells it: the first `prefix` of the parent's, then `tail`, then the parent's last `suffix`. */
export interface ListLink {
  readonly parent: number | null;
  readonly prefix: number;
  readonly suffix: number;
  readonly depth: number;
  readonly tail: Uint8Array;
}

type Shape =
  | { readonly kind: 'known'; readonly list: ListRef }
  | { readonly kind: 'new'; readonly link: ListLink };

/** How to store a sequence beside the group's recent ones. */
export function shapeList(known: readonly ListRef[], parts: readonly number[]): Shape {
  const parent = pickParent(known, parts);
  const isRepeat =
    parent !== null && parent.prefix === parts.length && parent.list.parts.length === parts.length;
  if (isRepeat) return { kind: 'known', list: parent.list };
  const base = parent !== null && parent.list.depth < DEPTH_MAX ? parent : null;
  const { prefix, suffix } = base ?? { prefix: 0, suffix: 0 };
  const depth = base === null ? 0 : base.list.depth + 1;
  const tail = formatCounts(parts.slice(prefix, parts.length - suffix));
  return { kind: 'new', link: { parent: base?.list.n ?? null, prefix, suffix, depth, tail } };
}

/** Makes a stored list the group's newest. */
export function rememberList(lists: RecentLists, group: string, stored: ListRef): void {
  const known = lists.get(group) ?? [];
  if (known.some((list) => list.n === stored.n)) return;
  lists.delete(group);
  lists.set(group, [stored, ...known].slice(0, RECENT_MAX));
  const [oldest] = lists.keys();
  if (lists.size > GROUPS_MAX && oldest !== undefined) lists.delete(oldest);
}

/** @param chain a list, its parent, and so on up to a whole one. */
export function unfoldChain(chain: readonly ListLink[]): readonly number[] {
  let parts: readonly number[] = [];
  for (const link of chain.toReversed()) {
    const end = link.suffix === 0 ? [] : parts.slice(-link.suffix);
    parts = [...parts.slice(0, link.prefix), ...parseCounts(link.tail), ...end];
  }
  return parts;
}

interface Parent {
  readonly list: ListRef;
  readonly prefix: number;
  readonly suffix: number;
}

function pickParent(known: readonly ListRef[], parts: readonly number[]): Parent | null {
  let best: Parent | null = null;
  for (const list of known) {
    const candidate = compare(list, parts);
    const shared = candidate.prefix + candidate.suffix;
    if (shared > 0 && shared > (best === null ? 0 : best.prefix + best.suffix)) best = candidate;
  }
  return best;
}

function compare(list: ListRef, parts: readonly number[]): Parent {
  const room = Math.min(list.parts.length, parts.length);
  let prefix = 0;
  while (prefix < room && list.parts[prefix] === parts[prefix]) prefix += 1;
  let suffix = 0;
  while (suffix < room - prefix && list.parts.at(-1 - suffix) === parts.at(-1 - suffix))
    suffix += 1;
  return { list, prefix, suffix };
}
