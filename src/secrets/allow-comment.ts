// `aitrail:allow` and `gitleaks:allow` in a comment on the same line: somebody looked at this value and said that it
// may stay. Counts where people commit, never in a stream.
import type { SecretFinding } from '../model/secret.ts';

const ALLOW = /(?:aitrail|gitleaks):allow\b/;

/** Drops findings on whose first or last line the comment stands. */
export function dropAllowed(
  findings: readonly SecretFinding[],
  text: string,
): readonly SecretFinding[] {
  if (findings.length === 0 || !text.includes(':allow')) return findings;
  return findings.filter(
    (one) => !ALLOW.test(lineOf(text, one.start)) && !ALLOW.test(lineOf(text, one.end)),
  );
}

function lineOf(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return text.slice(start, end < 0 ? text.length : end);
}
