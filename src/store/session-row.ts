// One session as its table holds it, and as everybody else sees it.
import type { Session } from '../model/session.ts';
import { formatIdentity, parseIdentity } from './grant-row.ts';
import { newSessionId } from './ids.ts';
import type { OpeningFacts } from './store.ts';

export interface SessionRow {
  readonly n: number;
  readonly id: string;
  readonly grant_id: string;
  readonly conversation: string | null;
  readonly agent: string | null;
  readonly agent_version: string | null;
  readonly user_name: string;
  readonly user_email: string;
  readonly repository: string | null;
  readonly worktree: string | null;
  readonly remote: string | null;
  readonly branch: string | null;
  readonly head: string | null;
  readonly host: string;
  readonly started_ms: number;
  readonly last_ms: number;
  readonly exchanges: number;
  readonly context: string | null;
  readonly parent: string | null;
}

/** A new session's, in the order of its columns: the moment counts twice, as the first and the last. */
export const sessionValues = (
  key: { readonly grant: string; readonly conversation: string | null },
  { place, principal, ...facts }: OpeningFacts,
): readonly (string | number | null)[] => [
  newSessionId(),
  key.grant,
  key.conversation,
  facts.agent,
  facts.agentVersion,
  principal.name,
  principal.email,
  place.repository,
  place.worktree,
  place.remote,
  place.branch,
  place.head,
  place.host,
  facts.atMs,
  formatIdentity(facts.identity),
  facts.parent ?? null,
];

export function formatSession(
  row: SessionRow,
  known: { readonly parent: string | null; readonly models: readonly string[] },
): Session {
  return {
    id: row.id,
    grant: row.grant_id,
    conversation: row.conversation,
    parent: known.parent,
    agent: row.agent,
    agentVersion: row.agent_version,
    principal: { name: row.user_name, email: row.user_email },
    identity: parseIdentity(row.context),
    place: {
      repository: row.repository,
      worktree: row.worktree,
      remote: row.remote,
      branch: row.branch,
      head: row.head,
      host: row.host,
    },
    startedAtMs: row.started_ms,
    lastAtMs: row.last_ms,
    exchanges: row.exchanges,
    models: known.models,
  };
}
