// Old and new lines beside each other.
import type { HunkLine } from '../model/edit.ts';

type Pair = readonly [before: HunkLine | null, after: HunkLine | null];

/** What was removed beside what was added in its place. */
export function pairLines(hunk: readonly HunkLine[]): readonly Pair[] {
  const pairs: Pair[] = [];
  let [removed, added]: [HunkLine[], HunkLine[]] = [[], []];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1)
      pairs.push([removed[at] ?? null, added[at] ?? null]);
    [removed, added] = [[], []];
  };
  for (const line of hunk) {
    if (line.mark === '-') {
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.mark === '+') added.push(line);
    else {
      flush();
      pairs.push([line, line]);
    }
  }
  flush();
  return pairs;
}
