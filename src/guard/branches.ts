// Names of branches against what push rules say of them.
import type { PushRule } from '../model/policy.ts';

const HEADS = 'refs/heads/';

/** @returns null for a ref that is no branch. */
export const branchOf = (ref: string): string | null =>
  ref.startsWith(HEADS) ? ref.slice(HEADS.length) : null;

/** @returns the rules that name the branch, in the order of the policy. */
export const findPushRules = (branch: string, rules: readonly PushRule[]): readonly PushRule[] =>
  rules.filter(({ branches }) => branches.some((pattern) => patternOf(pattern).test(branch)));

/** `*` stays within a segment, `**` does not; without regard to case, as some servers keep names so. */
const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/^refs\/heads\//, '')
      .split(/(\*\*?)/)
      .map((word) => {
        if (word === '**') return '.*';
        return word === '*' ? '[^/]*' : word.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
      })
      .join('')}$`,
    'i',
  );
