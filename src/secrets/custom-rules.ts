// Rules that people write: RE2 syntax, translated to JavaScript's. What RE2 knows and JavaScript does not say alike is
// either rewritten here or refused with the place of the rule.
import { Fault } from '../model/fault.ts';
import type { CustomSecretRule } from '../model/policy.ts';
import { RANK, type Candidate } from './candidate.ts';
import { entropyBits } from './entropy.ts';

export interface CustomPattern {
  readonly rule: CustomSecretRule;
  readonly pattern: RegExp;
}

/** A person's pattern sees a line at a time, so that no pattern can look at more than this. */
export const CUSTOM_LINE_MAX = 1024;
const PATTERN_LENGTH_MAX = 2000;

/** @throws Fault CONFIG_INVALID with file, line and column. */
export function compileCustomRules(rules: readonly CustomSecretRule[]): readonly CustomPattern[] {
  return rules.map((rule) => ({ rule, pattern: compileRe2(rule) }));
}

type Re2Pattern = Pick<CustomSecretRule, 'id' | 'pattern' | 'place'> & {
  /** What messages call it; a secret rule where nothing is said. */
  readonly label?: string;
};

/** @throws Fault CONFIG_INVALID with file, line and column where the place is known. */
export function compileRe2(rule: Re2Pattern): RegExp {
  const { source, flags } = translate(rule);
  try {
    return new RegExp(source, `g${flags}`);
  } catch (cause) {
    throw refuse(rule, cause instanceof Error ? cause.message : 'is no regular expression');
  }
}

const refuse = (rule: Re2Pattern, why: string): Fault => {
  const { place } = rule;
  const where = place === null ? '' : `${place.file}:${place.line}:${place.column}: `;
  return new Fault('CONFIG_INVALID', `${where}${rule.label ?? 'secret rule'} ${rule.id}: ${why}`);
};

const POSIX: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  blank: ' \\t',
};

function translate(rule: Re2Pattern): { source: string; flags: string } {
  let source = rule.pattern;
  if (source.length > PATTERN_LENGTH_MAX) throw refuse(rule, 'the pattern is too long');
  const leading = /^\(\?([ims]+)\)/.exec(source);
  if (leading !== null) source = source.slice(leading[0].length);
  // RE2 has neither, and both can take exponential time
  if (/\(\?<?[=!]/.test(source)) throw refuse(rule, 'RE2 has no look-around');
  if (/(?<!\\)(?:\\\\)*\\[1-9]/.test(source)) throw refuse(rule, 'RE2 has no back-references');
  if (/\(\?[a-zA-Z]*-?[a-zA-Z]+\)/.test(source))
    throw refuse(rule, 'flags may only stand at the start of the pattern');
  if (hasNestedRepeat(source))
    throw refuse(rule, 'a repeated group holds a repetition: bound one of the two');
  source = source
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\z', '$')
    .replaceAll('\\A', '^')
    .replace(/\\Q(.*?)\\E/g, (_, text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX[name] ?? whole)
    .replace(/\\x\{([0-9A-Fa-f]+)\}/g, (_, code: string) => `\\u{${code}}`);
  const needsUnicode = /\\[pP]\{|\\u\{/.test(source);
  return { source, flags: `${leading?.[1] ?? ''}${needsUnicode ? 'u' : ''}` };
}

/** `(a+)+` and its like: the one construct by which a pattern without back-references goes exponential here. */
const hasNestedRepeat = (source: string): boolean =>
  /\((?:[^()\\]|\\.)*(?:[+*]|\{\d+,\d*\})(?:[^()\\]|\\.)*\)(?:[+*]|\{\d*,\})/.test(source);

/** Matches one line; the first group that took part is the secret, else the whole match. */
export function matchCustom(
  line: string,
  offset: number,
  custom: CustomPattern,
): readonly Candidate[] {
  const { group: number, entropy, keywords } = custom.rule;
  if (!holdsAny(line, keywords)) return [];
  return [...line.matchAll(custom.pattern)]
    .filter((found) => found[0] !== '')
    .map((found) => {
      const first = found.slice(1).find((text) => text !== undefined && text !== '');
      const group = (number === undefined ? first : found[number]) ?? found[0];
      const start = offset + found.index + found[0].indexOf(group);
      return {
        rule: custom.rule.id,
        start,
        end: start + group.length,
        rank: RANK.custom,
        isOpen: false,
      };
    })
    .filter(
      ({ start, end }) =>
        entropy === undefined || entropyBits(line.slice(start - offset, end - offset)) >= entropy,
    );
}

const holdsAny = (line: string, keywords: readonly string[]): boolean =>
  keywords.length === 0 ||
  keywords.some((keyword) => line.toLowerCase().includes(keyword.toLowerCase()));
