// Checkpoints of other logs that were cosigned here, by whichever instance.
import { proveInclusion } from '../../log/tree.ts';
import type { WitnessedCheckpoint, WitnessStore } from '../witness-store.ts';
import { witnessedOf, type WitnessedRow } from '../witnessed-rows.ts';
import { overTree } from './log.ts';
import type { Ask } from './sql.ts';

export const witnessCalls = (ask: Ask): WitnessStore => ({
  keepWitnessed: (seen) => keepWitnessed(ask, seen),
  findWitnessed: (origin) => findWitnessed(ask, origin),
  proveInclusion: (index, size) => overTree(ask, size, (read) => proveInclusion(read, index, size)),
});

async function keepWitnessed(
  ask: Ask,
  { origin, vkey, before, size, note, who, atMs }: WitnessedCheckpoint,
): Promise<WitnessedCheckpoint> {
  await ask(
    `INSERT INTO witnessed (origin, vkey, before, size, note, who, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (origin, before) DO NOTHING`,
    [origin, vkey, before, size, note, who, atMs],
  );
  const [row] = await ask<WitnessedRow>(
    'SELECT * FROM witnessed WHERE origin = $1 AND before = $2',
    [origin, before],
  );
  if (row === undefined) throw new Error('what was kept is not there');
  return witnessedOf(row);
}

async function findWitnessed(ask: Ask, origin: string): Promise<WitnessedCheckpoint | null> {
  const [row] = await ask<WitnessedRow>(
    'SELECT * FROM witnessed WHERE origin = $1 ORDER BY before DESC LIMIT 1',
    [origin],
  );
  return row === undefined ? null : witnessedOf(row);
}
