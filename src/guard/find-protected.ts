// Changed files that a protect rule covers. Who changed them is another question: rules with `from: ai` need evidence.
import type { ProtectRule } from '../model/policy.ts';
import type { ChangedPath, ProtectedHit } from './finding.ts';
import { compilePatterns } from './path-patterns.ts';

const MODE_LINK = '120000';
const MODE_SUBMODULE = '160000';

/** @returns one hit for each file and rule, in the order of files. */
export function findProtected(
  files: readonly ChangedPath[],
  rules: readonly ProtectRule[],
): readonly ProtectedHit[] {
  const compiled = rules.map((rule) => ({ rule, patterns: compilePatterns(rule.paths) }));
  return files.flatMap((file) =>
    compiled
      .filter(
        ({ patterns }) =>
          patterns.matches(file.path) || (canHoldFiles(file) && patterns.matchesBelow(file.path)),
      )
      .map(({ rule }) => ({ path: file.path, rule })),
  );
}

/** A link or submodule in place of a folder gives every file below it another content. */
const canHoldFiles = ({ oldMode, newMode }: ChangedPath): boolean =>
  [oldMode, newMode].some((mode) => mode === MODE_LINK || mode === MODE_SUBMODULE);
