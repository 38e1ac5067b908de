// gitignore patterns over repository paths, matched without regard to case.
import ignore from 'ignore';
import { normalPath } from './repo-path.ts';

export interface PathPatterns {
  /** @param path repository-relative, in any spelling. */
  matches(path: string): boolean;
  /** Is the path a link or submodule that would stand in the way of, or lead to, a matched file? */
  matchesBelow(path: string): boolean;
}

const GLOB = /[*?[\\]/;

export function compilePatterns(patterns: readonly string[]): PathPatterns {
  const composed = patterns.map((pattern) => pattern.normalize('NFC'));
  const matcher = ignore().add(composed);
  const fixed = composed.map(fixedFolder);
  const matches = (path: string): boolean => {
    const plain = normalPath(path);
    return plain !== null && matcher.ignores(plain);
  };
  return {
    matches,
    matchesBelow: (path) => {
      const plain = normalPath(path)?.toLowerCase();
      if (plain === undefined) return false;
      return fixed.some((folder) => folder.startsWith(`${plain}/`)) || matches(`${plain}/any`);
    },
  };
}

/** The part of a pattern before its first wildcard, lower case, as a folder: what a link could replace. */
function fixedFolder(pattern: string): string {
  const names: string[] = [];
  for (const name of pattern.replace(/^!?\/?/, '').split('/')) {
    if (GLOB.test(name)) break;
    names.push(name.toLowerCase());
  }
  return pattern.startsWith('!') ? '' : `${names.join('/')}/`;
}
