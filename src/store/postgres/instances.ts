// Which processes write this store. Each says every few seconds that it is there; what one left open that has been silent
// for long becomes records of what was seen, written by whoever notices first.
import { dropExpiredAsked } from './asked.ts';
import type { Core } from './core.ts';
import { appendRecord } from './exchange-records.ts';
import { dropExpiredOnce } from './once.ts';
import { dropExpiredSecrets } from './vault.ts';

/**
 * Says that this instance is at work, closes what silent ones left open, and drops what has had its time.
 *
 * @param lapseMs how long is silent.
 */
export async function keepHouse(core: Core, lapseMs: number): Promise<void> {
  await core.sql.ask(
    `INSERT INTO instances (id, seen) VALUES ($1, clock_timestamp())
     ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`,
    [core.instance],
  );
  // by the server's clock alone
  const silent = await core.sql.ask<{ id: number }>(SILENT, [lapseMs, core.instance]);
  for (const { id } of silent) await closeInstance(core, id);
  await dropExpiredSecrets(core.sql.ask, Date.now());
  await dropExpiredAsked(core.sql.ask, Date.now());
  await dropExpiredOnce(core.sql.ask, Date.now());
}

/** Also who was taken for silent before, and whose last words came after that. */
const SILENT = `WITH lapse AS (SELECT clock_timestamp() - $1 * interval '1 millisecond' AS ends)
  SELECT id FROM instances, lapse WHERE id <> $2 AND seen < ends
  UNION SELECT instance FROM exchanges, lapse WHERE outcome = 'open' AND instance <> $2
    AND instance NOT IN (SELECT id FROM instances) AND started_ms < extract(epoch FROM ends) * 1000`;

/** Ends what it left open, and forgets it. */
export async function closeInstance(core: Core, instance: number): Promise<void> {
  const open = await core.sql.ask<{ month: number; n: number }>(
    `SELECT month, n FROM exchanges WHERE instance = $1 AND outcome = 'open' ORDER BY n`,
    [instance],
  );
  for (const { month, n } of open)
    await core.sql.transaction(async (ask) => {
      const ended = await ask(INTERRUPT, [month, n]);
      if (ended.length > 0) await appendRecord(ask, { month, n });
    });
  await core.sql.ask('DELETE FROM instances WHERE id = $1', [instance]);
}

const INTERRUPT = `UPDATE exchanges e SET outcome = 'interrupted', agent = s.agent,
    response_bytes = (SELECT coalesce(sum(bytes), 0) FROM replies WHERE month = $1 AND exchange = $2)
  FROM sessions s WHERE s.n = e.session AND e.month = $1 AND e.n = $2 AND e.outcome = 'open' RETURNING e.n`;
