// A pool of connections to one database. pg is an optional peer: who has no shared store needs none of it.
import type { Pool, PoolConfig } from 'pg';
import { Fault } from '../../model/fault.ts';

export interface PostgresPlace {
  /** postgres://user@host:port/database; what pg understands of parameters, `sslmode` above all. */
  readonly url: string;
  /** Where it is not in the URL. */
  readonly password: string | null;
}

/** In use at once; more wait their turn, which slows their callers down. */
const CONNECTIONS_MAX = 10;
const CONNECT_MS = 5000;
const STATEMENT_MS = 60_000;
/** A row of tables for us alone, whatever else the database holds. */
const SCHEMA = 'aitrail';
/** The type `bigint`: ours are below 2^53. */
const INT8 = 20;

/** @throws Fault PEER_MISSING. */
export async function connect(place: PostgresPlace, mode: 'write' | 'read'): Promise<Pool> {
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    throw new Fault('PEER_MISSING', 'store: postgres needs the package pg', {
      cause,
      fix: 'install it beside aitrail: npm install --global pg',
    });
  });
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8, Number);
  const config: PoolConfig = {
    connectionString: withPassword(place),
    application_name: 'aitrail',
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    options: optionsFor(mode),
    types,
  };
  return new pg.Pool(config);
}

const optionsFor = (mode: 'write' | 'read'): string =>
  [
    `search_path=${SCHEMA}`,
    `statement_timeout=${STATEMENT_MS}`,
    // ours are short: what it takes to compile one is more than it takes to run it
    'jit=off',
    // what was acknowledged survives the server's crash, however it is set up
    'synchronous_commit=on',
    ...(mode === 'read' ? ['default_transaction_read_only=on'] : []),
  ]
    .map((setting) => `-c ${setting}`)
    .join(' ');

/** pg takes the user's password from the URL alone where it is given one. */
export const withPassword = ({ url, password }: PostgresPlace): string =>
  password === null
    ? url
    : url.replace(
        /^(\w+:\/\/[^:@/]+)@/,
        (_, user: string) => `${user}:${encodeURIComponent(password)}@`,
      );

/** Server and database, without what opens them. */
export function nameOfPlace(url: string): string {
  if (!URL.canParse(url)) return 'postgres';
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}
