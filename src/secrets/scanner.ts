// The scanner: one pass of the keyword automaton finds the places worth looking at, detectors look there, overlapping
// finds are settled. Every detector depends on at most LOOK_BEHIND characters before what it finds, which is what lets
// a stream be scanned in windows with the same result as the whole text.
import type { CustomSecretRule } from '../model/policy.ts';
import type { SecretFinding } from '../model/secret.ts';
import { dropAllowed } from './allow-comment.ts';
import { movedBy, RANK, type Candidate } from './candidate.ts';
import {
  compileCustomRules,
  CUSTOM_LINE_MAX,
  matchCustom,
  type CustomPattern,
} from './custom-rules.ts';
import { decodeRuns, findRuns, startOfStretch, type Decoded } from './encoded.ts';
import type { Follow } from './follow.ts';
import { builtIn, openGenericTable, openKeywordTable, type KeywordTable } from './keyword-table.ts';
import { knownEntries, knownVariants } from './known-values.ts';
import { kindOf, PLACEHOLDER } from './placeholder.ts';
import { resolveOverlaps } from './resolve-overlaps.ts';
import { findPrefixed } from './self-named.ts';

export interface ScannerOptions {
  readonly rules?: readonly CustomSecretRule[];
  /** Values known to be secret (environment, .env files): exact matches, at least 6 characters. */
  readonly known?: readonly string[];
  /** Without the providers' rules: what the rest is worth by itself. */
  readonly isGenericOnly?: boolean;
}

export interface ScanFacts {
  /** Where the text stands in a repository. Given: the line comments `aitrail:allow`, `gitleaks:allow` count. */
  readonly path?: string;
}

export interface Scanner {
  /** @returns findings in order, never overlapping. */
  readonly scan: (text: string, facts?: ScanFacts) => readonly SecretFinding[];
  /** The same, open candidates included, unsettled. */
  readonly analyse: (text: string) => readonly Candidate[];
  /** The same for a text that grows: a stream. */
  readonly follow: () => Follow;
  /** Lines must be held whole, because somebody's own pattern looks at lines. */
  readonly needsLines: boolean;
  /** Exact values, for holding back their beginnings. */
  readonly known: readonly string[];
}

/** What any detector may look back: a name, its separators and a command line. */
export const LOOK_BEHIND = 640;

/** @throws Fault CONFIG_INVALID for a custom rule that cannot be translated. */
export function openScanner(options: ScannerOptions = {}): Scanner {
  const known = knownVariants(options.known ?? []);
  const customs = compileCustomRules(options.rules ?? []);
  const own = options.isGenericOnly === true ? openGenericTable() : builtIn();
  const tables = known.length === 0 ? [own] : [own, openKeywordTable(known.flatMap(knownEntries))];
  const analyse = (text: string): readonly Candidate[] => [
    ...detect(text, tables),
    ...scanRuns(text, 0, tables),
    ...customs.flatMap((custom) => scanLines(text, custom)),
  ];
  const scan = (text: string, facts: ScanFacts = {}): readonly SecretFinding[] => {
    const candidates = analyse(text);
    if (facts.path === undefined) return settle(candidates, text).map(toFinding);
    const whole = candidates.filter((one) => one.rank !== RANK.cut);
    return dropAllowed(settle(whole, text, RANK.joined).map(toFinding), text);
  };
  const follow = (): Follow => {
    const follows = [...tables.map((table) => table.follow()), followRuns(tables)];
    return (grown) => [
      ...follows.flatMap((look) => look(grown)),
      ...customs.flatMap((custom) => scanLines(grown.text, custom)),
    ];
  };
  return { scan, analyse, follow, needsLines: customs.length > 0, known };
}

/** What stands in runs of base64 and in escapes, from an offset on. */
function scanRuns(
  text: string,
  from: number,
  tables: readonly KeywordTable[],
): readonly Candidate[] {
  const runs = findRuns(text, from);
  const decoded = decodeRuns(text, runs, from).flatMap((one) => scanDecoded(one, tables));
  return [...runs.flatMap((run) => findPrefixed(text, run) ?? []), ...decoded];
}

/** Each stretch is scanned when it is complete, and before that whenever it has grown. */
function followRuns(tables: readonly KeywordTable[]): Follow {
  /** In complete stretches; offsets from the beginning of the whole text. */
  let complete: readonly Candidate[] = [];
  let seenTo = Number.NEGATIVE_INFINITY;
  return ({ text, base, from }) => {
    const again = startOfStretch(text, Math.max(0, seenTo - base));
    const found = scanRuns(text, again, tables);
    seenTo = base + text.length;
    const last = startOfStretch(text, text.length); // what stands there is looked at again
    complete = [
      ...complete,
      ...found.filter((one) => one.start < last).map((one) => movedBy(one, base)),
    ].filter((one) => one.end > base + from);
    return [
      ...complete.map((one) => movedBy(one, -base)),
      ...found.filter((one) => one.start >= last),
    ];
  };
}

/** What remains of candidates: no overlaps, nothing inside a placeholder, nothing below the least rank. */
export function settle(
  candidates: readonly Candidate[],
  text: string,
  leastRank: number = RANK.encoded,
): readonly Candidate[] {
  const counted = candidates.filter((one) => one.end > one.start && one.rank >= leastRank);
  if (counted.length === 0 || !text.includes('AITRAIL_')) return resolveOverlaps(counted, text);
  const masked = [...text.matchAll(PLACEHOLDER)].map(({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }));
  const isMasked = (one: Candidate): boolean =>
    masked.some(({ start, end }) => one.start < end && start < one.end);
  return resolveOverlaps(
    counted.filter((one) => !isMasked(one)),
    text,
  );
}

export const toFinding = (candidate: Candidate): SecretFinding => ({
  rule: candidate.rule,
  kind: kindOf(candidate.rule),
  start: candidate.start,
  end: candidate.end,
});

function detect(text: string, tables: readonly KeywordTable[]): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const table of tables) table.search(text, (candidate) => found.push(candidate));
  return found;
}

/** Inside an encoding: with a map the inner span, without one the whole stretch is the secret. */
function scanDecoded(decoded: Decoded, tables: readonly KeywordTable[]): readonly Candidate[] {
  const { start, end, offsets } = decoded;
  const inner = settle(detect(decoded.text, tables), decoded.text);
  if (offsets === null)
    return inner
      .slice(0, 1)
      .map((one) => ({ ...one, start, end, rank: RANK.encoded, isOpen: false }));
  return inner.map((one) => ({
    ...one,
    start: offsets[one.start] ?? start,
    end: offsets[one.end] ?? end,
    isOpen: false,
  }));
}

function scanLines(text: string, custom: CustomPattern): readonly Candidate[] {
  const found: Candidate[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    for (let at = 0; at === 0 || at < line.length; at += CUSTOM_LINE_MAX)
      found.push(...matchCustom(line.slice(at, at + CUSTOM_LINE_MAX), offset + at, custom));
    offset += line.length + 1;
  }
  return found;
}
