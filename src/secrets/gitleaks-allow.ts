// Findings that a team let through in gitleaks' own files: allow lists of `.gitleaks.toml`, fingerprints of
// `.gitleaksignore`.
import type { GitleaksAllowlist, GitleaksConfig, GitleaksPattern } from '../model/gitleaks.ts';
import { compileRe2 } from './custom-rules.ts';
import { ALL_RULES } from './rule-table.ts';

/** A finding, and what the checks look at. */
export interface FoundSecret {
  readonly path: string;
  readonly rule: string;
  /** 1-based. */
  readonly startLine: number;
  readonly commit: string | null;
  readonly secret: string;
  /** The lines that the secret stands on. */
  readonly line: string;
}

export type IsAllowed = (found: FoundSecret) => boolean;

/** @throws Fault CONFIG_INVALID for a pattern that cannot be translated. */
export function compileGitleaks(config: GitleaksConfig): IsAllowed {
  const lists = config.allowlists.map(compileList);
  const disabled = new Set(config.disabled);
  const paths = new Map(
    [...config.rulePaths].map(([rule, pattern]) => [rule, compileTest(pattern)]),
  );
  return (found) =>
    disabled.has(found.rule) ||
    paths.get(found.rule)?.(found.path) === false ||
    lists.some((fits) => fits(found));
}

const compileTest = ({ pattern, place }: GitleaksPattern): ((text: string) => boolean) => {
  const compiled = compileRe2({ id: 'allowlist', pattern, place });
  return (text) => text.search(compiled) >= 0;
};

function compileList(list: GitleaksAllowlist): IsAllowed {
  const [paths, regexes] = [list.paths.map(compileTest), list.regexes.map(compileTest)];
  const stopwords = list.stopwords.map((word) => word.toLowerCase());
  const checks = [
    list.commits.length === 0
      ? null
      : ({ commit }: FoundSecret) =>
          commit !== null && list.commits.some((begins) => commit.startsWith(begins)),
    paths.length === 0 ? null : ({ path }: FoundSecret) => paths.some((fits) => fits(path)),
    regexes.length === 0
      ? null
      : (found: FoundSecret) => regexes.some((fits) => fits(found[list.target])),
    stopwords.length === 0
      ? null
      : ({ secret }: FoundSecret) => stopwords.some((word) => secret.toLowerCase().includes(word)),
  ].filter((check) => check !== null);
  return (found) => {
    if (checks.length === 0 || (list.rules.length > 0 && !list.rules.includes(found.rule)))
      return false;
    return list.isConjunction
      ? checks.every((check) => check(found))
      : checks.some((check) => check(found));
  };
}

const OWN_RULES: ReadonlySet<string> = new Set(ALL_RULES.map(({ id }) => id));

/** Lines `[commit:]path:rule:line`; a rule that is not ours is another scanner's name for what stands there. */
export function compileIgnoreFile(text: string): IsAllowed {
  const entries = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const found = /^(?:([0-9a-f]{40,64}):)?(.+):([^:]+):(\d+)$/.exec(line.trim());
    if (found === null || line.trim().startsWith('#')) continue;
    const [, commit = '', path = '', rule = '', number = ''] = found;
    entries.add([commit, path, OWN_RULES.has(rule) ? rule : '', number].join('\n'));
  }
  return ({ commit, path, rule, startLine }) =>
    ['', commit ?? ''].some((id) =>
      [rule, ''].some((name) => entries.has([id, path, name, String(startLine)].join('\n'))),
    );
}
