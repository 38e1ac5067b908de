// What is good for one time, whichever instance asks. A statement that is asked again after a lost connection may find what
// it did itself: then nobody gets it, which costs somebody a new login, no more.
import type { OnceEntry, OnceStore } from '../once-store.ts';
import type { Ask } from './sql.ts';

export const onceCalls = (ask: Ask): OnceStore => ({
  keepOnce: (entry) => keepOnce(ask, entry),
  takeOnce: (id, nowMs) => takeOnce(ask, id, nowMs),
});

async function keepOnce(ask: Ask, { id, detail, untilMs }: OnceEntry): Promise<boolean> {
  const rows = await ask(
    'INSERT INTO once (id, detail, until_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id',
    [id, detail, untilMs],
  );
  return rows.length === 1;
}

async function takeOnce(ask: Ask, id: string, nowMs: number): Promise<string | null> {
  const [row] = await ask<{ detail: string; until_ms: number }>(
    'DELETE FROM once WHERE id = $1 RETURNING detail, until_ms',
    [id],
  );
  return row === undefined || row.until_ms <= nowMs ? null : row.detail;
}

/** What nobody came back for; a while later, so that no clock is asked too closely. */
export async function dropExpiredOnce(ask: Ask, nowMs: number): Promise<void> {
  await ask('DELETE FROM once WHERE until_ms <= $1', [nowMs - LATER_MS]);
}

const LATER_MS = 60_000;
