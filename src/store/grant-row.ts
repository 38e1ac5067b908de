// One grant as its table holds it, and as everybody else sees it.
import { type Identity, LOCAL_IDENTITY } from '../model/context.ts';
import type { Grant, Place } from '../model/session.ts';

export interface GrantRow {
  readonly id: string;
  readonly token_sha256: string;
  readonly user_name: string;
  readonly user_email: string;
  readonly place: string;
  readonly agent: string | null;
  readonly opened_ms: number;
  readonly used_ms: number;
  readonly expires_ms: number;
  readonly ended_ms: number | null;
  readonly context: string | null;
}

/** In the order in which the columns are named: id, token_sha256, user_name … context. */
export const grantValues = (grant: Grant): readonly (string | number | null)[] => [
  grant.id,
  grant.tokenSha256,
  grant.principal.name,
  grant.principal.email,
  JSON.stringify(grant.place),
  grant.agent,
  grant.openedAtMs,
  grant.lastUsedAtMs,
  grant.expiresAtMs,
  grant.endedAtMs,
  formatIdentity(grant.identity),
];

export function grantOf(row: GrantRow): Grant {
  const place: Place = JSON.parse(row.place);
  return {
    id: row.id,
    tokenSha256: row.token_sha256,
    principal: { name: row.user_name, email: row.user_email },
    identity: parseIdentity(row.context),
    place,
    agent: row.agent,
    openedAtMs: row.opened_ms,
    lastUsedAtMs: row.used_ms,
    expiresAtMs: row.expires_ms,
    endedAtMs: row.ended_ms,
  };
}

/** What a person's own git says is the rule: it takes no room. */
export const formatIdentity = (identity: Identity): string | null =>
  identity.source === 'git' ? null : JSON.stringify(identity);

export function parseIdentity(text: string | null): Identity {
  const identity: Identity = text === null ? LOCAL_IDENTITY : JSON.parse(text);
  return identity;
}
