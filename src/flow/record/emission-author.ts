// The author that an emission's text has in timelines.
import type { AuthorTable } from '../../match/authors.ts';
import type { Emission } from '../../model/edit.ts';

export function authorOf(
  table: AuthorTable,
  { exchange, session, agent, model }: Emission,
  evidence: 'exact' | 'observed',
): number {
  return table.numberOf({ source: { exchange, session, agent, model }, evidence });
}
