// What replies wrote, and how it is found again among millions of lines: by path, and by the fingerprints of its tokens.
import type { Emission, Outcome, OutcomeReport } from '../model/edit.ts';
import type { Database } from './database.ts';
import {
  digestEmissions,
  emissionOf,
  type EmissionRow,
  PATH_MAX,
  PATHLESS_MAX,
  POSTINGS_MAX,
  sharingMax,
} from './emission-row.ts';
import { deflateText } from './packing.ts';
import { sessionNumber } from './session-rows.ts';
import type { EmissionQuery, NewEmission } from './store.ts';

const SELECT = `SELECT m.n, x.id AS exchange, s.id AS session, s.agent, x.model, m.call_id, m.tool, m.repository,
    m.path, m.edit, m.outcome, m.outcome_source, m.at_ms
  FROM emissions m JOIN exchanges x ON x.n = m.exchange JOIN sessions s ON s.n = m.session`;

export function addEmissions(
  database: Database,
  owner: { readonly exchange: number; readonly session: number; readonly atMs: number },
  emissions: readonly NewEmission[],
): void {
  for (const emission of emissions) {
    const n = database.run(
      `INSERT INTO emissions (exchange, session, call_id, tool, repository, path, edit, outcome, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'unknown', ?)`,
      [
        owner.exchange,
        owner.session,
        emission.callId,
        emission.tool,
        emission.repository,
        emission.path,
        deflateText(JSON.stringify(emission.edit)),
        owner.atMs,
      ],
    );
    addFingerprints(database, n, emission.fingerprints);
  }
}

export function setOutcome(
  database: Database,
  call: { readonly session: string; readonly callId: string },
  outcome: Outcome,
): void {
  database.run(
    'UPDATE emissions SET outcome = ?, outcome_source = NULL WHERE session = ? AND call_id = ?',
    [outcome, sessionNumber(database, call.session), call.callId],
  );
}

/** Counts for recorded calls alone, and only as long as the wire says nothing: a later result wins. */
export function reportOutcome(database: Database, report: OutcomeReport): void {
  database.run(
    `UPDATE emissions SET outcome = ?, outcome_source = 'client'
     WHERE call_id = ? AND outcome = 'unknown'
       AND session IN (SELECT n FROM sessions WHERE agent = ? AND conversation = ?)`,
    [report.outcome, report.callId, report.agent, report.conversation],
  );
}

export function listEmissions(database: Database, exchange: string): readonly Emission[] {
  return database
    .all<EmissionRow>(`${SELECT} WHERE x.id = ? ORDER BY m.n`, [exchange])
    .map(emissionOf);
}

/** @returns rising by id, each once. */
export function findEmissions(database: Database, query: EmissionQuery): readonly Emission[] {
  const found = new Set<number>([
    ...emissionsOnPaths(database, query),
    ...emissionsSharing(database, query),
  ]);
  const numbers = [...found].toSorted((a, b) => a - b);
  return database
    .all<EmissionRow>(`${SELECT} WHERE m.n IN (SELECT value FROM json_each(?)) ORDER BY m.n`, [
      JSON.stringify(numbers),
    ])
    .map(emissionOf);
}

/** Hex digest of everything an exchange wrote; outcomes are learned later and stay out. */
export function emissionsDigest(database: Database, exchange: number): string | null {
  const rows = database.all<EmissionRow>(
    'SELECT n, call_id, tool, repository, path, edit FROM emissions WHERE exchange = ? ORDER BY n',
    [exchange],
  );
  return digestEmissions(rows);
}

function addFingerprints(
  database: Database,
  emission: number,
  fingerprints: readonly number[],
): void {
  for (const fingerprint of new Set(fingerprints)) {
    const postings = database.get<{ count: number; oldest: number | null }>(
      'SELECT count(*) AS count, min(emission) AS oldest FROM fingerprints WHERE fingerprint = ?',
      [fingerprint],
    );
    if (postings !== undefined && postings.count >= POSTINGS_MAX && postings.oldest !== null)
      database.run('DELETE FROM fingerprints WHERE fingerprint = ? AND emission = ?', [
        fingerprint,
        postings.oldest,
      ]);
    database.run('INSERT OR IGNORE INTO fingerprints (fingerprint, emission) VALUES (?, ?)', [
      fingerprint,
      emission,
    ]);
  }
}

function emissionsOnPaths(database: Database, query: EmissionQuery): readonly number[] {
  const until = query.untilMs ?? Number.MAX_SAFE_INTEGER;
  const numbers: number[] = [];
  for (const path of new Set([...query.paths, null])) {
    const rows = database.all<{ n: number }>(
      `SELECT n FROM emissions WHERE repository = ? AND path IS ? AND at_ms <= ? ORDER BY n DESC LIMIT ?`,
      [query.repository, path, until, path === null ? PATHLESS_MAX : PATH_MAX],
    );
    for (const { n } of rows) numbers.push(n);
  }
  return numbers;
}

function emissionsSharing(database: Database, query: EmissionQuery): readonly number[] {
  if (query.fingerprints.length === 0) return [];
  // CROSS JOIN fixes the order: one index look-up per fingerprint asked for, whatever the statistics say
  const rows = database.all<{ emission: number }>(
    `WITH shared AS MATERIALIZED (
       SELECT f.emission, count(*) OVER (PARTITION BY f.fingerprint) AS frequency
       FROM (SELECT DISTINCT value FROM json_each(?)) AS asked
       CROSS JOIN fingerprints f ON f.fingerprint = asked.value)
     SELECT emission, sum(1.0 / frequency) AS weight FROM shared JOIN emissions m ON m.n = emission
     WHERE m.at_ms <= ? GROUP BY emission ORDER BY weight DESC, emission DESC LIMIT ?`,
    [
      JSON.stringify(query.fingerprints),
      query.untilMs ?? Number.MAX_SAFE_INTEGER,
      sharingMax(query.fingerprints.length),
    ],
  );
  return rows.map((row) => row.emission);
}
