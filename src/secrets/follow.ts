// Looks for candidates in a text that grows, as a stream does. Each character is searched for keywords once; what a
// keyword led to is looked at again only as long as more text could change it.
import { movedBy, type Candidate, type Detector, type Hit } from './candidate.ts';
import type { Automaton } from './keywords.ts';
import { openRation } from './ration.ts';

export interface KeywordEntry {
  /** Found whatever its case. */
  readonly keyword: string;
  readonly find: Detector;
  /** Looks at what is committed, never at a stream. */
  readonly isForFiles?: boolean;
  /** Can no text behind what there is change what `find` said? By default it can. */
  readonly isOver?: (hit: Hit, found: Candidate | null) => boolean;
  /** What any of its finds needs there: asked before the detector, since short keywords occur everywhere. */
  readonly gate?: KeywordGate;
}

export interface KeywordGate {
  /** The first character, its case included. */
  readonly first: string;
  /** Inside of a bracket expression: what follows, unless the text ends; null where anything may. */
  readonly next: string | null;
}

/** The end of a growing text, its beginning cut off where nothing looks any more. */
export interface Grown {
  readonly text: string;
  /** Offset of its first character; never falls. */
  readonly base: number;
  /** In `text`: what ends before is not wanted any more. */
  readonly from: number;
}

/** @returns what there is from `from` on, in order of the keywords that led there; offsets are into `text`. */
export type Follow = (grown: Grown) => readonly Candidate[];

export interface Followed {
  readonly automaton: Automaton;
  /** @returns null where the keyword cannot stand. */
  readonly entriesAt: (text: string, keyword: number, end: number) => Occurrence | null;
}

interface Occurrence {
  readonly start: number;
  readonly entries: readonly KeywordEntry[];
}

/** One keyword's occurrence and one of its entries; offsets from the beginning of the whole text. */
interface Watch {
  readonly start: number;
  readonly end: number;
  readonly entry: KeywordEntry;
  found: Candidate | null;
  isOver: boolean;
}

export function openFollow({ automaton, entriesAt }: Followed): Follow {
  const mayTry = openRation();
  let watches: Watch[] = [];
  let state = 0;
  let seenTo = Number.NEGATIVE_INFINITY;
  return (grown) => {
    const { text, base } = grown;
    const watch = (keyword: number, end: number): void => {
      const found = entriesAt(text, keyword, end);
      if (found === null || !mayTry(keyword, Math.max(0, base + end))) return;
      const place = { start: base + found.start, end: base + end, found: null, isOver: false };
      for (const entry of found.entries) watches.push({ ...place, entry });
    };
    const at = Math.max(0, seenTo - base);
    state = automaton.search(text, watch, { at, state: seenTo < base ? 0 : state });
    seenTo = base + text.length;
    const given: Candidate[] = [];
    watches = watches.filter((one) => isStillWanted(one, grown, given));
    return given;
  };
}

function isStillWanted(one: Watch, { text, base, from }: Grown, given: Candidate[]): boolean {
  if (one.start < base) return false;
  if (!one.isOver) {
    const hit = { text, start: one.start - base, end: one.end - base };
    const found = one.entry.find(hit);
    one.isOver = one.entry.isOver?.(hit, found) ?? false;
    one.found = found === null ? null : movedBy(found, base);
  }
  const isAhead = one.found !== null && one.found.end > base + from;
  if (isAhead && one.found !== null) given.push(movedBy(one.found, -base));
  return isAhead || !one.isOver;
}
