// Lines as models wrote them.
import { writtenText } from '../../match/fingerprints.ts';
import { splitLines } from '../../match/tokens.ts';
import type { Edit, Emission } from '../../model/edit.ts';

/**
 * @param wanted the only ones that matter: a path that is often written has far more. Default: all.
 * @returns without line endings.
 */
export function linesOf(
  emissions: readonly Emission[],
  wanted: ReadonlySet<string> | null = null,
): ReadonlySet<string> {
  const lines = new Set<string>();
  for (const { edit } of emissions.filter((one) => isModels(one.edit)))
    for (const line of splitLines(writtenText(edit)).map(unended))
      if (wanted === null || wanted.has(line)) lines.add(line);
  return lines;
}

export const unended = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

const isModels = (edit: Edit): boolean => edit.kind !== 'told' || edit.by === 'model';
