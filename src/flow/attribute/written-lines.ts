// Lines as models wrote them.
import { writtenText } from '../../match/fingerprints.ts';
import { splitLines } from '../../match/tokens.ts';
import type { Edit, Emission } from '../../model/edit.ts';

/** @returns without line endings. */
export function linesOf(emissions: readonly Emission[]): ReadonlySet<string> {
  const lines = new Set<string>();
  for (const { edit } of emissions.filter((one) => isModels(one.edit)))
    for (const line of splitLines(writtenText(edit))) lines.add(line.replace(/\r$/, ''));
  return lines;
}

const isModels = (edit: Edit): boolean => edit.kind !== 'told' || edit.by === 'model';
