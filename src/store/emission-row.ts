// One emission as its table holds it, and how many are found at most.
import { createHash } from 'node:crypto';
import type { Edit, Emission, Outcome, OutcomeSource } from '../model/edit.ts';
import { inflateText } from './packing.ts';

/** A fingerprint points to at most this many emissions, the newest: what occurs everywhere finds nothing. */
export const POSTINGS_MAX = 64;
/** Emissions that one query answers by fingerprints, those sharing most and rarest first: a short text can have come
 *  from few places. */
export const sharingMax = (fingerprints: number): number =>
  Math.min(1024, 64 + Math.ceil(fingerprints / 8));
/** Emissions on one path, newest first. */
export const PATH_MAX = 2048;
/** Snippets and commands of a repository, newest first. */
export const PATHLESS_MAX = 1024;

export function emissionOf(row: EmissionRow): Emission {
  const edit: Edit = JSON.parse(inflateText(row.edit));
  return {
    id: row.n,
    exchange: row.exchange,
    session: row.session,
    agent: row.agent,
    model: row.model,
    callId: row.call_id,
    tool: row.tool,
    repository: row.repository,
    path: row.path,
    edit,
    outcome: row.outcome,
    outcomeSource: row.outcome_source ?? 'wire',
    atMs: row.at_ms,
  };
}

export interface EmissionRow {
  readonly n: number;
  readonly exchange: string;
  readonly session: string;
  readonly agent: string | null;
  readonly model: string | null;
  readonly call_id: string | null;
  readonly tool: string | null;
  readonly repository: string | null;
  readonly path: string | null;
  readonly edit: Uint8Array;
  readonly outcome: Outcome;
  readonly outcome_source: OutcomeSource | null;
  readonly at_ms: number;
}

type WrittenRow = Pick<EmissionRow, 'call_id' | 'tool' | 'repository' | 'path' | 'edit'>;

/** @param rows in the order of the reply. @returns as digestWritten. */
export const digestEmissions = (rows: readonly WrittenRow[]): string | null =>
  digestWritten(
    rows.map(({ call_id: callId, tool, repository, path, edit }) => ({
      callId,
      tool,
      repository,
      path,
      edit: inflateText(edit),
    })),
  );

interface Written extends Pick<Emission, 'callId' | 'tool' | 'repository' | 'path'> {
  /** As JSON. */
  readonly edit: string;
}

/** Hex digest of everything an exchange wrote, in the order of the reply; null where it wrote nothing. */
export function digestWritten(emissions: readonly Written[]): string | null {
  if (emissions.length === 0) return null;
  const hash = createHash('sha256');
  for (const { callId, tool, repository, path, edit } of emissions)
    hash.update(JSON.stringify([callId, tool, repository, path, edit]));
  return hash.digest('hex');
}
