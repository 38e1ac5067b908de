// gitignore patterns from the policy, asked about one path at a time.
import ignore from 'ignore';

/** @returns whether a path (relative, forward slashes) is under one of the patterns; never for one outside. */
export function openPathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const matcher = ignore().add([...patterns]);
  return (path) => ignore.isPathValid(path) && matcher.ignores(path);
}
