// What a merge itself adds: lines that no parent has.
import type { AddedRun, PatchFile } from './patch-file.ts';

/** Files that differ from both parents, with the lines that both lack. */
export function keepCommon(
  ours: readonly PatchFile[],
  theirs: readonly PatchFile[],
): readonly PatchFile[] {
  const byPath = new Map(theirs.map((file) => [file.path, file]));
  return ours.flatMap((file) => {
    const other = byPath.get(file.path);
    return other === undefined ? [] : [{ ...file, runs: commonRuns(file.runs, other.runs) }];
  });
}

function commonRuns(ours: readonly AddedRun[], theirs: readonly AddedRun[]): readonly AddedRun[] {
  const lines = new Set<number>();
  for (const run of theirs) run.lines.forEach((_, index) => lines.add(run.firstLine + index));
  const runs: { firstLine: number; lines: string[] }[] = [];
  for (const run of ours) {
    run.lines.forEach((text, index) => {
      const line = run.firstLine + index;
      if (!lines.has(line)) return;
      const last = runs.at(-1);
      if (last !== undefined && last.firstLine + last.lines.length === line) last.lines.push(text);
      else runs.push({ firstLine: line, lines: [text] });
    });
  }
  return runs;
}
