// One session as its table holds it, and as everybody else sees it.
import type { Session } from '../model/session.ts';
import { parseIdentity } from './grant-row.ts';

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
