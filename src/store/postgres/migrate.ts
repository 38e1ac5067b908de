// Brings the tables to this version. A store moves forward only; a newer one is left alone.
import { randomBytes } from 'node:crypto';
import { Fault } from '../../model/fault.ts';
import { MIGRATIONS } from './schema.ts';
import type { Ask, Sql } from './sql.ts';

/** Any number: instances that start together migrate one after the other. */
const LOCK = 7_241_901;

/** @param name of the store, for messages. @throws Fault STORE_NEWER. */
export async function migrate(sql: Sql, name: string): Promise<void> {
  if ((await versionOf(sql.ask, name)) === MIGRATIONS.length) return;
  await sql.transaction(async (ask) => {
    await ask('SET LOCAL transaction_read_only = off');
    await ask('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const version = await versionOf(ask, name);
    await ask('CREATE SCHEMA IF NOT EXISTS aitrail');
    for (const script of MIGRATIONS.slice(version)) await ask(script);
    await ask(`INSERT INTO meta (name, value) VALUES ('key', $1) ON CONFLICT (name) DO NOTHING`, [
      randomBytes(32),
    ]);
    await ask(
      `INSERT INTO meta (name, value) VALUES ('version', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [Buffer.from(String(MIGRATIONS.length))],
    );
  });
}

async function versionOf(ask: Ask, name: string): Promise<number> {
  const [table] = await ask<{ found: string | null }>(
    `SELECT to_regclass('aitrail.meta') AS found`,
  );
  if (table === undefined || table.found === null) return 0;
  const [row] = await ask<{ value: Buffer }>(`SELECT value FROM meta WHERE name = 'version'`);
  const version = Number(row?.value.toString('utf8') ?? 0);
  if (version <= MIGRATIONS.length) return version;
  throw new Fault(
    'STORE_NEWER',
    `store ${name}: version ${version}, this aitrail knows ${MIGRATIONS.length}`,
  );
}
