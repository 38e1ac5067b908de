// Keywords and what to do where one occurs.
import type { Candidate, Detector } from './candidate.ts';
import { findKeyed } from './keyed.ts';
import { buildAutomaton } from './keywords.ts';
import { findPem } from './pem.ts';
import { ALL_RULES, KEY_WORDS } from './rule-table.ts';
import { findShellPassword, SHELL_KEYWORDS } from './shell-password.ts';
import { compileRules, matchToken } from './structured.ts';
import { findUrlPassword } from './url-password.ts';

/**
 * A token's attempt may look at thousands of characters, so attempts are rationed: more starts than these in a block
 * are no list of tokens but a text made to cost time.
 */
const BLOCK_BITS = 12;
const TRIES_PER_BLOCK_MAX = 256;
const BLOCK_NUMBER_MAX = 2 ** 30;

export interface KeywordEntry {
  /** Found whatever its case. */
  readonly keyword: string;
  readonly find: Detector;
}

export interface KeywordTable {
  readonly search: (text: string, give: (candidate: Candidate) => void) => void;
}

/** Builds the automaton over all keywords; entries that share one are tried in order. */
export function openKeywordTable(entries: readonly KeywordEntry[]): KeywordTable {
  const byKeyword = new Map<string, Detector[]>();
  for (const { keyword, find } of entries) {
    const folded = keyword.toLowerCase();
    byKeyword.set(folded, [...(byKeyword.get(folded) ?? []), find]);
  }
  const keywords = [...byKeyword.keys()];
  const finders = [...byKeyword.values()];
  const lengths = keywords.map((keyword) => keyword.length);
  const automaton = buildAutomaton(keywords);
  const openRation = rationFor(keywords.length);
  return {
    search: (text, give) => {
      const mayTry = openRation(text.length);
      automaton.search(text, (keyword, end) => {
        if (!mayTry(keyword, end)) return;
        const hit = { text, start: end - (lengths[keyword] ?? 0), end };
        for (const find of finders[keyword] ?? []) {
          const candidate = find(hit);
          if (candidate !== null) give(candidate);
        }
      });
    },
  };
}

/** The counts are kept from one text to the next, so that a short one need not clear what it will not use. */
function rationFor(keywords: number): (length: number) => (keyword: number, at: number) => boolean {
  const blocks = new Int32Array(keywords).fill(-1);
  const tries = new Uint16Array(keywords);
  let first = 0;
  let next = 0; // block numbers are not used twice
  return (length) => {
    first = next;
    next += (length >> BLOCK_BITS) + 1;
    if (next > BLOCK_NUMBER_MAX) {
      blocks.fill(-1);
      first = 0;
      next = (length >> BLOCK_BITS) + 1;
    }
    return (keyword, at) => {
      const block = first + (at >> BLOCK_BITS);
      const before = blocks[keyword] === block ? (tries[keyword] ?? 0) : 0;
      blocks[keyword] = block;
      tries[keyword] = before + 1;
      return before < TRIES_PER_BLOCK_MAX;
    };
  };
}

let shared: KeywordTable | null = null;

/** The table of everything that needs no configuration, built once. */
export function builtIn(): KeywordTable {
  shared ??= openKeywordTable([...providerEntries(), ...genericEntries()]);
  return shared;
}

/** What would be found of providers that nobody has written a rule for. */
export const openGenericTable = (): KeywordTable => openKeywordTable(genericEntries());

const providerEntries = (): readonly KeywordEntry[] =>
  compileRules(ALL_RULES).map((token) => ({
    keyword: token.keyword,
    find: (hit: Parameters<Detector>[0]) => matchToken(hit, token),
  }));

function genericEntries(): readonly KeywordEntry[] {
  return [
    ...SHELL_KEYWORDS.map((keyword, index) => ({
      keyword,
      find: (hit: Parameters<Detector>[0]) => findShellPassword(hit, index),
    })),
    { keyword: '://', find: findUrlPassword },
    { keyword: 'PRIVATE KEY', find: findPem },
    ...KEY_WORDS.map((keyword) => ({ keyword, find: findKeyed })),
  ];
}
