// Values that are known to be secret (from the environment, from .env files): found as they are and as JSON, URLs and
// base64 write them.
import { RANK } from './candidate.ts';
import type { KeywordEntry } from './keyword-table.ts';
import { isExample } from './placeholders.ts';

const LENGTH_MIN = 6;
/** A longer value is found by its beginning. */
const LENGTH_MAX = 1024;

/** All spellings to look for; values too short or too common to be told apart are left out. */
export function knownVariants(values: readonly string[]): readonly string[] {
  const useful = values.filter((value) => value.trim().length >= LENGTH_MIN && !isExample(value));
  const spellings = useful.flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value, 'utf8').toString('base64'),
  ]);
  return [...new Set(spellings.map((spelling) => spelling.slice(0, LENGTH_MAX)))];
}

/** An exact match: the automaton folds case, a secret does not. */
export const knownEntry = (value: string): KeywordEntry => ({
  keyword: value,
  find: (hit) =>
    hit.text.slice(hit.start, hit.end) === value
      ? { rule: 'known-value', start: hit.start, end: hit.end, rank: RANK.known, isOpen: false }
      : null,
});
