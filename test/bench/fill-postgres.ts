// A team's store as a year of work leaves it, written by the server itself: the same rows for the same numbers, a twelfth in
// each month.
import { Client } from 'pg';
import { monthOf, openMonths } from '../../src/store/postgres/months.ts';
import { connect, withPassword } from '../../src/store/postgres/connect.ts';
import { deflateText } from '../../src/store/packing.ts';
import { openSql } from '../../src/store/postgres/sql.ts';
import type { Database } from '../store/postgres/database.ts';

const MONTHS = 12;
const PER_SESSION = 200;
const YEAR = 2025;

const EDIT = Buffer.from(
  deflateText(JSON.stringify({ kind: 'write', path: 'a.ts', text: 'const a = 1;\n' })),
).toString('hex');

/** Rows of month `$1` that begin at `$2` milliseconds, numbers `$3` to `$4`. */
const STATEMENTS: readonly string[] = [
  `INSERT INTO grants SELECT 'g' || i, 'digest ' || i, 'Ada', 'ada@example.com', '{}', 'claude-code', $2, $2, $2 + 60000
   FROM generate_series($3, $4, ${PER_SESSION}) AS i`,
  `INSERT INTO sessions (id, grant_id, agent, user_name, user_email, repository, worktree, host, started_ms, last_ms, exchanges)
   SELECT 's' || i, 'g' || i, 'claude-code', 'Ada', 'ada@example.com', '/work/app/.git', '/work/app', 'runner',
     $2 + (i - $3), $2 + (i - $3), ${PER_SESSION} FROM generate_series($3, $4, ${PER_SESSION}) AS i`,
  // what every request of the month holds, headers, and what each has for itself
  `INSERT INTO parts (month, n, sha256, codec, data) VALUES
     ($1, 1, sha256('body'), 0, '{"messages":[{"role":"user","content":"please change request"}]}'),
     ($1, 2, sha256('headers'), 0, '[["content-type","application/json"]]')`,
  `INSERT INTO parts (month, n, sha256, codec, data)
   SELECT $1, i + 3, sha256(i::text::bytea), 0, convert_to('please change request number ' || i, 'UTF8')
   FROM generate_series($3, $4) AS i`,
  `INSERT INTO lists (month, n, prefix, suffix, depth, tail) SELECT $1, i, 0, 0, 0, '\\x01'
   FROM generate_series($3, $4) AS i`,
  `INSERT INTO exchanges (month, n, id, session, instance, connection, protocol, wire, method, url, started_ms, ended_ms, status,
     outcome, model, agent, request_record, request_bytes, response_bytes, masks, request_headers, response_headers,
     request_list, salt, log_index, indexed)
   SELECT $1, i, 'x' || md5(i::text), s.n, 0, 'anthropic', 'anthropic-messages', 'anthropic-messages', 'POST', '/v1/messages',
     $2 + (i - $3), $2 + (i - $3) + 900, 200, 'ok', 'model-1', 'claude-code', sha256(i::text::bytea), 4000, 2000,
     CASE WHEN i % 100 = 0 THEN '[{"rule":"github-pat","placeholder":"AITRAIL_github_pat_01234567"}]' END,
     2, 2, i, sha256(i::text::bytea), i, true
   FROM generate_series($3, $4) AS i
   JOIN sessions s ON s.id = 's' || (i - (i - $3) % ${PER_SESSION})`,
  `INSERT INTO replies SELECT $1, i, 0, sha256(i::text::bytea), 0, 2000, convert_to(repeat('answer ', 40), 'UTF8')
   FROM generate_series($3, $4) AS i`,
  `INSERT INTO emissions (month, n, exchange, session, tool, repository, path, edit, outcome, at_ms)
   SELECT $1, i, i, 1, 'Write', '/work/app/.git', 'src/part-' || i % 977 || '.ts', '\\x${EDIT}', 'accepted', $2
   FROM generate_series($3, $4) AS i`,
  `INSERT INTO texts SELECT $1, i, to_tsvector('simple',
     'please change request number ' || i || ' needle' || i % 9973 || ' with some more words of an answer about part ' || i % 977)
   FROM generate_series($3, $4) AS i`,
  `INSERT INTO leaves SELECT i, 'exchange ' || $1 || ' ' || i, convert_to('{}', 'UTF8'), sha256(i::text::bytea)
   FROM generate_series($3, $4) AS i`,
];

/** @param place with the tables made. */
export async function fillPostgres(place: Database, exchanges: number): Promise<void> {
  const sql = openSql(await connect(place, 'write'), 10_000);
  const months = openMonths(sql);
  const client = new Client({
    connectionString: withPassword(place),
    options: '-c search_path=aitrail -c synchronous_commit=off',
  });
  await client.connect();
  try {
    const each = Math.ceil(exchanges / MONTHS / PER_SESSION) * PER_SESSION;
    for (let i = 0; i < MONTHS; i += 1) {
      const startMs = Date.UTC(YEAR, i, 2);
      await months.open(startMs);
      const numbers = [monthOf(startMs), startMs, i * each, (i + 1) * each - 1];
      for (const statement of STATEMENTS) await client.query(withNumbers(statement, numbers));
    }
    await client.query(`UPDATE log_head SET size = $1`, [MONTHS * each]);
    for (const name of ['part', 'list', 'exchange', 'emission'])
      await client.query(`SELECT setval('${name}_numbers', $1)`, [MONTHS * each + 1]);
    await client.query('ANALYZE');
  } finally {
    await client.end();
    await sql.close();
  }
}

const withNumbers = (statement: string, numbers: readonly number[]): string =>
  statement.replaceAll(/\$(\d)/g, (_, which) => `${numbers[Number(which) - 1] ?? 0}::bigint`);
