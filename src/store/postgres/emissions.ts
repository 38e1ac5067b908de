// What replies wrote, and how it is found again: by path, and by the fingerprints of its tokens.
import type { Emission, Outcome, OutcomeReport } from '../../model/edit.ts';
import {
  emissionOf,
  type EmissionRow,
  PATH_MAX,
  PATHLESS_MAX,
  POSTINGS_MAX,
  sharingMax,
} from '../emission-row.ts';
import { deflateText } from '../packing.ts';
import type { EmissionQuery, NewEmission } from '../store.ts';
import type { Ask, SqlValue } from './sql.ts';

const SELECT = `SELECT m.n, x.id AS exchange, s.id AS session, s.agent, x.model, m.call_id, m.tool, m.repository,
    m.path, m.edit, m.outcome, m.outcome_source, m.at_ms
  FROM emissions m JOIN exchanges x ON x.n = m.exchange AND x.month = m.month JOIN sessions s ON s.n = m.session`;

interface Owner {
  readonly month: number;
  /** The exchange. */
  readonly n: number;
  readonly atMs: number;
}

export async function addEmissions(
  ask: Ask,
  owner: Owner,
  emissions: readonly NewEmission[],
): Promise<void> {
  if (emissions.length === 0) return;
  const values: SqlValue[] = [owner.month, owner.n, owner.atMs];
  const rows = emissions.map((emission) => {
    const edit = deflateText(JSON.stringify(emission.edit));
    values.push(emission.callId, emission.tool, emission.repository, emission.path, edit);
    const [a, b, c, d, e] = [4, 3, 2, 1, 0].map((back) => `$${values.length - back}`);
    return `(${a}::text, ${b}::text, ${c}::text, ${d}::text, ${e}::bytea)`;
  });
  const added = await ask<{ n: number }>(
    `INSERT INTO emissions (month, exchange, session, call_id, tool, repository, path, edit, outcome, at_ms)
     SELECT $1::integer, $2::bigint, (SELECT session FROM exchanges WHERE month = $1 AND n = $2), v.*, 'unknown', $3::bigint
     FROM (VALUES ${rows.join(', ')}) AS v RETURNING n`,
    values,
  );
  // VALUES keep their order, and so do the numbers given to them
  const postings = added.flatMap(({ n }, i) =>
    [...new Set(emissions[i]?.fingerprints)].map((fingerprint) => ({ fingerprint, n })),
  );
  if (postings.length === 0) return;
  await ask(
    `INSERT INTO fingerprints (month, fingerprint, emission) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])`,
    [owner.month, postings.map(({ fingerprint }) => fingerprint), postings.map(({ n }) => n)],
  );
}

export async function setOutcome(
  ask: Ask,
  call: { readonly session: string; readonly callId: string },
  outcome: Outcome,
): Promise<void> {
  await ask(
    `UPDATE emissions SET outcome = $1, outcome_source = NULL
     WHERE call_id = $3 AND session = (SELECT n FROM sessions WHERE id = $2)`,
    [outcome, call.session, call.callId],
  );
}

/** Counts for recorded calls alone, and only as long as the wire says nothing: a later result wins. */
export async function reportOutcome(ask: Ask, report: OutcomeReport): Promise<void> {
  await ask(
    `UPDATE emissions SET outcome = $1, outcome_source = 'client'
     WHERE call_id = $2 AND outcome = 'unknown'
       AND session IN (SELECT n FROM sessions WHERE agent = $3 AND conversation = $4)`,
    [report.outcome, report.callId, report.agent, report.conversation],
  );
}

export async function emissionsOf(
  ask: Ask,
  { month, n }: Omit<Owner, 'atMs'>,
): Promise<readonly Emission[]> {
  const rows = await ask<EmissionRow>(
    `${SELECT} WHERE m.month = $1 AND x.month = $1 AND m.exchange = $2 ORDER BY m.n`,
    [month, n],
  );
  return rows.map(emissionOf);
}

/** What the digest of an exchange's record is over, in the order of the reply. */
export const findWritten = (
  ask: Ask,
  of: Omit<Owner, 'atMs'>,
): Promise<readonly Pick<EmissionRow, 'call_id' | 'tool' | 'repository' | 'path' | 'edit'>[]> =>
  ask(
    `SELECT call_id, tool, repository, path, edit FROM emissions WHERE month = $1 AND exchange = $2 ORDER BY n`,
    [of.month, of.n],
  );

/** @returns rising by id, each once. */
export async function findEmissions(ask: Ask, query: EmissionQuery): Promise<readonly Emission[]> {
  const numbers = [await findOnPaths(ask, query), await findSharing(ask, query)].flat();
  const rows = await ask<EmissionRow>(`${SELECT} WHERE m.n = ANY($1) ORDER BY m.n`, [
    [...new Set(numbers)],
  ]);
  return rows.map(emissionOf);
}

const untilOf = ({ untilMs }: EmissionQuery): number => untilMs ?? Number.MAX_SAFE_INTEGER;

async function findOnPaths(ask: Ask, query: EmissionQuery): Promise<readonly number[]> {
  const rows = await ask<{ n: number }>(
    `SELECT found.n FROM unnest($2::text[]) AS asked (path) CROSS JOIN LATERAL (
       SELECT n FROM emissions WHERE repository = $1 AND path = asked.path AND at_ms <= $3
       ORDER BY n DESC LIMIT ${PATH_MAX}) AS found
     UNION ALL (
       SELECT n FROM emissions WHERE repository = $1 AND path IS NULL AND at_ms <= $3
       ORDER BY n DESC LIMIT ${PATHLESS_MAX})`,
    [query.repository, [...new Set(query.paths)], untilOf(query)],
  );
  return rows.map(({ n }) => n);
}

/** Those that share most and rarest; of each fingerprint the newest: what occurs everywhere finds nothing. */
async function findSharing(ask: Ask, query: EmissionQuery): Promise<readonly number[]> {
  const asked = [...new Set(query.fingerprints)];
  if (asked.length === 0) return [];
  const rows = await ask<{ emission: number }>(
    `WITH shared AS (
       SELECT found.emission, count(*) OVER (PARTITION BY fingerprint) AS frequency
       FROM unnest($1::bigint[]) AS asked (fingerprint) CROSS JOIN LATERAL (
         SELECT f.emission FROM fingerprints f WHERE f.fingerprint = asked.fingerprint
         ORDER BY f.emission DESC LIMIT ${POSTINGS_MAX}) AS found)
     SELECT emission FROM shared JOIN emissions m ON m.n = emission WHERE m.at_ms <= $2
     GROUP BY emission ORDER BY sum(1.0::float8 / frequency) DESC, emission DESC LIMIT $3`,
    [asked, untilOf(query), sharingMax(query.fingerprints.length)],
  );
  return rows.map(({ emission }) => emission);
}
