// What counts in binary content: what providers document, and private keys. Names without blanks between them, as
// compilers lay them out, look like anything else.
import { isRandom } from './evidence.ts';
import { ALL_RULES } from './rule-table.ts';

const DOCUMENTED: ReadonlySet<string> = new Set(ALL_RULES.map(({ id }) => id));

export const countsInBinary = (rule: string, value: string): boolean =>
  rule === 'private-key' || (DOCUMENTED.has(rule) && isRandom(value));
