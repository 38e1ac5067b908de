// What people do at the gateway by their role: auditors see sessions, admins end them. Each act is a record in the log, with
// whom the token names.
import { hasRole } from '../../guard/roles.ts';
import type { Identified } from '../../identity/identify.ts';
import { tokenDigest } from '../../identity/read-token.ts';
import { Fault } from '../../model/fault.ts';
import { numberAt, parseJson, stringAt } from '../../model/json.ts';
import type { Policy } from '../../model/policy.ts';
import type { Session } from '../../model/session.ts';
import type { Role, Roles } from '../../model/team.ts';
import type { SessionFilter } from '../../store/store.ts';
import type { Recorder } from '../record/record-exchange.ts';

export interface Actor extends Identified {
  readonly policy: Policy;
}

type ActRecorder = Pick<Recorder, 'store' | 'grants' | 'warn'>;

/** @throws Fault ROLE_NEEDED. */
export function requireRole(roles: Roles, role: Role, actor: Actor): void {
  if (hasRole(roles, role, { ...actor, groups: actor.policy.groups })) return;
  throw new Fault('ROLE_NEEDED', `this is for people with the role ${role}`);
}

const SESSIONS_MAX = 1000;

/** @param body a filter, as JSON. */
export async function listForAuditor(
  { store }: ActRecorder,
  actor: Actor,
  body: string,
): Promise<readonly Session[]> {
  const sessions = await store.listSessions(parseFilter(body));
  if (actor.policy.isAccessLogged) {
    const detail = { verb: 'sessions', records: [], by: nameOf(actor), role: 'auditor' };
    await store.addEvent({ kind: 'read', atMs: Date.now(), detail });
  }
  return sessions;
}

function parseFilter(body: string): SessionFilter {
  const json = parseJson(body);
  const filter: Record<string, string | number> = {};
  for (const name of ['user', 'repository', 'agent', 'model']) {
    const value = stringAt(json, name);
    if (value !== null) filter[name] = value;
  }
  for (const name of ['sinceMs', 'untilMs']) {
    const value = numberAt(json, name);
    if (value !== null) filter[name] = value;
  }
  const limit = numberAt(json, 'limit') ?? SESSIONS_MAX;
  return { ...filter, limit: Math.max(1, Math.min(SESSIONS_MAX, Math.trunc(limit))) };
}

/** Its token is dead, here and at every other instance. @throws Fault NO_SUCH_SESSION, AMBIGUOUS_ID. */
export async function stopForAdmin(
  { store, grants, warn }: ActRecorder,
  actor: Actor,
  body: string,
): Promise<Session> {
  const prefix = stringAt(parseJson(body), 'session') ?? '';
  const session = prefix === '' ? null : await store.findSession(prefix);
  if (session === null)
    throw new Fault('NO_SUCH_SESSION', `session ${prefix.slice(0, 40)} is not in the store`);
  await grants.stop(session.grant);
  const by = nameOf(actor);
  const detail = { session: session.id, grant: session.grant, by, role: 'admin', variables: [] };
  await store.addEvent({ kind: 'stopped', atMs: Date.now(), detail });
  warn(`session ${session.id} was stopped by ${by}`);
  return session;
}

/** The token that is shown is dead, here and at every other instance, whoever signed it. */
export async function endForPerson(
  { store, grants, warn }: ActRecorder,
  actor: Actor,
  token: string,
): Promise<object> {
  const grant = await grants.bare.end({ ...actor, digest: tokenDigest(token) });
  const by = nameOf(actor);
  await store.addEvent({ kind: 'logout', atMs: Date.now(), detail: { by, grant } });
  warn(`${by} has logged out`);
  return { schema: 'aitrail.logout/1' };
}

export const nameOf = ({ principal, identity }: Actor): string =>
  principal.email === '' ? (identity.subject ?? '') : principal.email;
