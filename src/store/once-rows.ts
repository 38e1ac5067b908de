// What is good for one time.
import type { Database } from './database.ts';
import type { OnceEntry } from './once-store.ts';

export function keepOnce(
  database: Database,
  { id, detail, untilMs }: OnceEntry,
  nowMs: number,
): boolean {
  database.run('DELETE FROM once WHERE until_ms <= ?', [nowMs]);
  const row = database.get<{ id: string }>(
    'INSERT INTO once (id, detail, until_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id',
    [id, detail, untilMs],
  );
  return row !== undefined;
}

export function takeOnce(database: Database, id: string, nowMs: number): string | null {
  const row = database.get<{ detail: string; until_ms: number }>(
    'DELETE FROM once WHERE id = ? RETURNING detail, until_ms',
    [id],
  );
  return row === undefined || row.until_ms <= nowMs ? null : row.detail;
}
