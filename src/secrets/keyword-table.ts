// Keywords and what to do where one occurs.
import {
  CALL_KEYWORDS,
  findCallPassword,
  findFlagPassword,
  FLAG_KEYWORD,
} from './call-password.ts';
import type { Candidate, Hit } from './candidate.ts';
import { findKeyed, isKeyedOver } from './keyed.ts';
import { openFollow, type Follow, type KeywordEntry, type KeywordGate } from './follow.ts';
import { findJoined, JOINT_KEYWORDS } from './joined.ts';
import { buildAutomaton } from './keywords.ts';
import { findPem } from './pem.ts';
import { rationFor } from './ration.ts';
import { ALL_RULES, KEY_WORDS } from './rule-table.ts';
import { findSelfNamed, SELF_KEYWORDS } from './self-named.ts';
import { findShellPassword, SHELL_KEYWORDS } from './shell-password.ts';
import { compileRules, isTokenOver, matchToken } from './structured.ts';
import { findUrlPassword } from './url-password.ts';

export interface KeywordTable {
  readonly search: (text: string, give: (candidate: Candidate) => void) => void;
  /** Follows one text that grows: see follow.ts. */
  readonly follow: () => Follow;
}

/** Builds the automaton over all keywords; entries that share one are tried in order. */
export function openKeywordTable(entries: readonly KeywordEntry[]): KeywordTable {
  const byKeyword = new Map<string, KeywordEntry[]>();
  for (const entry of entries) {
    const folded = entry.keyword.toLowerCase();
    byKeyword.set(folded, [...(byKeyword.get(folded) ?? []), entry]);
  }
  const keywords = [...byKeyword.keys()];
  const entriesOf = [...byKeyword.values()];
  const streamed = entriesOf.map((own) => own.filter((entry) => entry.isForFiles !== true));
  const gates = gatesFor(entriesOf);
  const lengths = keywords.map((keyword) => keyword.length);
  const automaton = buildAutomaton(keywords);
  const openRation = rationFor(keywords.length);
  return {
    search: (text, give) => {
      const mayTry = openRation(text.length);
      automaton.search(text, (keyword, end) => {
        const start = end - (lengths[keyword] ?? 0);
        if (!mayStand(gates, text, { keyword, start, end }) || !mayTry(keyword, end)) return;
        const hit = { text, start, end };
        for (const { find } of entriesOf[keyword] ?? []) {
          const candidate = find(hit);
          if (candidate !== null) give(candidate);
        }
      });
    },
    follow: () =>
      openFollow({
        automaton,
        entriesAt: (text, keyword, end) => {
          const start = end - (lengths[keyword] ?? 0);
          const isOne = mayStand(gates, text, { keyword, start, end });
          return isOne ? { start, entries: streamed[keyword] ?? [] } : null;
        },
      }),
  };
}

/** Bits of a gate's byte for a character. */
const MAY_BEGIN = 1;
const MAY_FOLLOW = 2;
const CODE_BITS = 7;
/** Stands for whatever is not ASCII. */
const CODE_MAX = 2 ** CODE_BITS - 1;

/** @returns by keyword a byte for each character; all open where an entry without a gate shares the keyword. */
function gatesFor(byKeyword: readonly (readonly KeywordEntry[])[]): Uint8Array {
  const bytes = new Uint8Array(byKeyword.length << CODE_BITS);
  for (const [keyword, entries] of byKeyword.entries())
    for (const { gate } of entries) openGate(bytes.subarray(keyword << CODE_BITS), gate);
  return bytes;
}

function openGate(bytes: Uint8Array, gate: KeywordGate | undefined): void {
  const next = followers(gate?.next ?? null);
  const first = gate?.first.charCodeAt(0) ?? null;
  for (let code = 0; code <= CODE_MAX; code += 1)
    bytes[code] =
      (bytes[code] ?? 0) |
      (first === null || first === code ? MAY_BEGIN : 0) |
      (next[code] ?? MAY_FOLLOW);
}

/** By character code MAY_FOLLOW or 0. @param inside of a bracket expression; null: whatever follows. */
function followers(inside: string | null): Uint8Array {
  const known = followersOf.get(inside);
  if (known !== undefined) return known;
  const pattern = inside === null ? null : new RegExp(`[${inside}]`);
  const made = Uint8Array.from({ length: CODE_MAX + 1 }, (_, code) =>
    pattern?.test(String.fromCharCode(code)) === false ? 0 : MAY_FOLLOW,
  );
  followersOf.set(inside, made);
  return made;
}

/** Hundreds of keywords share a few dozen classes. */
const followersOf = new Map<string | null, Uint8Array>();

interface Place {
  readonly keyword: number;
  readonly start: number;
  readonly end: number;
}

/** More text may open what the end of the text leaves undecided. */
function mayStand(gates: Uint8Array, text: string, { keyword, start, end }: Place): boolean {
  const own = keyword << CODE_BITS;
  const byte = (at: number): number => gates[own + Math.min(text.charCodeAt(at), CODE_MAX)] ?? 0;
  return (byte(start) & MAY_BEGIN) !== 0 && (end >= text.length || (byte(end) & MAY_FOLLOW) !== 0);
}

let shared: KeywordTable | null = null;

/** The table of everything that needs no configuration, built once. */
export function builtIn(): KeywordTable {
  if (shared !== null) return shared;
  const search = (text: string): readonly Candidate[] => {
    const found: Candidate[] = [];
    table.search(text, (candidate) => found.push(candidate));
    return found;
  };
  const joints = JOINT_KEYWORDS.map((keyword) => ({
    keyword,
    find: (hit: Hit) => findJoined(hit, search),
    isForFiles: true,
  }));
  const table = openKeywordTable([...providerEntries(), ...genericEntries(), ...joints]);
  shared = table;
  return table;
}

/** What would be found of providers that nobody has written a rule for. */
export const openGenericTable = (): KeywordTable => openKeywordTable(genericEntries());

const providerEntries = (): readonly KeywordEntry[] =>
  compileRules(ALL_RULES).map((token) => ({
    keyword: token.keyword,
    find: (hit: Hit) => matchToken(hit, token),
    isOver: (hit: Hit, found: Candidate | null) => isTokenOver(hit, found, token),
    gate: { first: token.keyword.charAt(0), next: token.anchor.next },
  }));

function genericEntries(): readonly KeywordEntry[] {
  return [
    ...SHELL_KEYWORDS.map((keyword, index) => ({
      keyword,
      find: (hit: Hit) => findShellPassword(hit, index),
    })),
    ...CALL_KEYWORDS.map((keyword, index) => ({
      keyword,
      find: (hit: Hit) => findCallPassword(hit, index),
    })),
    { keyword: FLAG_KEYWORD, find: findFlagPassword },
    ...SELF_KEYWORDS.map((keyword) => ({ keyword, find: findSelfNamed })),
    { keyword: '://', find: findUrlPassword },
    { keyword: 'PRIVATE KEY', find: findPem },
    ...KEY_WORDS.map((keyword) => ({ keyword, find: findKeyed, isOver: isKeyedOver })),
  ];
}
