// A database of its own for a test, on the one server of the run.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { NoteSigner } from '../../../src/log/note.ts';
import { withPassword } from '../../../src/store/postgres/connect.ts';
import { openPostgresStore, type PostgresOptions } from '../../../src/store/postgres/open.ts';
import type { LocalStore } from '../../../src/store/upkeep-store.ts';
import { parseJson, stringAt } from '../../../src/model/json.ts';
import { findBinaries } from './server.ts';

/** Is there a PostgreSQL for this platform? */
export const hasPostgres = findBinaries() !== null;

export interface Database {
  readonly url: string;
  readonly password: string;
}

const LOOK_MS = 30;

/** Workers of one run have one parent. */
async function theServer(): Promise<Database> {
  const directory = join(tmpdir(), `aitrail-postgres-${String(process.ppid)}`);
  if (isFirst(directory)) startKeeper(directory);
  const file = join(directory, 'said');
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const said = parseJson(readFileSync(file, 'utf8'));
  const [url, password] = [stringAt(said, 'url'), stringAt(said, 'password')];
  if (url === null || password === null) throw new Error(stringAt(said, 'error') ?? 'no server');
  return { url, password };
}

function isFirst(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

function startKeeper(directory: string): void {
  const keeper = fileURLToPath(new URL('./keeper.ts', import.meta.url));
  const args = ['--import', 'tsx', keeper, directory, String(process.ppid)];
  spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref();
}

export async function newDatabase(): Promise<Database> {
  return makeDatabase(await theServer());
}

/** On any server. */
export async function makeDatabase({ url, password }: Database): Promise<Database> {
  const name = `t${randomBytes(6).toString('hex')}`;
  await query({ url: `${url}/postgres`, password }, `CREATE DATABASE ${name}`);
  return { url: `${url}/${name}`, password };
}

/** Straight to the tables, as somebody who tampers with them. */
export async function query(
  { url, password }: Database,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({
    connectionString: withPassword({ url, password }),
    options: '-c search_path=aitrail',
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const LOG_KEY: NoteSigner = { name: 'log.example/one', seed: Buffer.alloc(32, 7) };

export const openOn = (
  place: Database,
  more: Partial<Omit<PostgresOptions, 'place'>> = {},
): Promise<LocalStore> =>
  openPostgresStore({ place, mode: 'write', signer: () => LOG_KEY, ...more });
