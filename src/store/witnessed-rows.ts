// Checkpoints of other logs that were cosigned here. One follows each: who comes second with another one is too late.
import type { Database } from './database.ts';
import type { WitnessedCheckpoint } from './witness-store.ts';

export interface WitnessedRow {
  readonly origin: string;
  readonly vkey: string;
  readonly before: number;
  readonly size: number;
  readonly note: string;
  readonly who: string;
  readonly at_ms: number;
}

export const witnessedOf = ({ at_ms: atMs, ...row }: WitnessedRow): WitnessedCheckpoint => ({
  ...row,
  atMs,
});

export function keepWitnessed(
  database: Database,
  { origin, vkey, before, size, note, who, atMs }: WitnessedCheckpoint,
): WitnessedCheckpoint {
  database.run(
    'INSERT OR IGNORE INTO witnessed (origin, vkey, before, size, note, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [origin, vkey, before, size, note, who, atMs],
  );
  const row = database.get<WitnessedRow>(
    'SELECT * FROM witnessed WHERE origin = ? AND before = ?',
    [origin, before],
  );
  if (row === undefined) throw new Error('what was kept is not there');
  return witnessedOf(row);
}

export function findWitnessed(database: Database, origin: string): WitnessedCheckpoint | null {
  const row = database.get<WitnessedRow>(
    'SELECT * FROM witnessed WHERE origin = ? ORDER BY before DESC LIMIT 1',
    [origin],
  );
  return row === undefined ? null : witnessedOf(row);
}
