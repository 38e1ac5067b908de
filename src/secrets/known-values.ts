// Values that are known to be secret (from the environment, from .env files): found as they are and as JSON, URLs and
// base64 write them.
import { RANK } from './candidate.ts';
import type { KeywordEntry } from './follow.ts';
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

/** An exact match: the automaton knows ASCII only and folds case, a secret does not. */
export function knownEntries(value: string): readonly KeywordEntry[] {
  const keyword = longestAscii(value);
  if (keyword === '') return [];
  const before = value.indexOf(keyword);
  const find: KeywordEntry['find'] = ({ text, start: at }) => {
    const start = at - before;
    return start >= 0 && text.startsWith(value, start)
      ? { rule: 'known-value', start, end: start + value.length, rank: RANK.known, isOpen: false }
      : null;
  };
  return [{ keyword, find }];
}

const longestAscii = (value: string): string =>
  value
    .split(/[\u0080-\uffff]+/)
    .reduce((longest, run) => (run.length > longest.length ? run : longest), '');
