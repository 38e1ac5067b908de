// What a person asks the team's gateway as an auditor or an admin.
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { arrayAt, isObject, isString, objectAt } from '../../model/json.ts';
import { SESSIONS_PATH, STOP_PATH } from '../../model/login.ts';
import type { Session } from '../../model/session.ts';
import type { SessionFilter } from '../../store/store.ts';
import { askGateway } from './ask-gateway.ts';
import { findFresh } from './log-in.ts';

/** @throws Fault NOT_LOGGED_IN, ROLE_NEEDED, GATEWAY_UNREACHABLE. */
export async function listTeamSessions(
  caller: Caller,
  filter: SessionFilter,
): Promise<readonly Session[]> {
  const answer = await ask(caller, SESSIONS_PATH, filter);
  return arrayAt(answer, 'sessions').filter(isSession);
}

/** @throws Fault as listTeamSessions, NO_SUCH_SESSION. */
export async function stopTeamSession(caller: Caller, session: string): Promise<Session> {
  const answer = await ask(caller, STOP_PATH, { session });
  const stopped: unknown = objectAt(answer, 'session');
  if (!isSession(stopped)) throw new Fault('GATEWAY_UNREACHABLE', 'the gateway answers no session');
  return stopped;
}

async function ask(caller: Caller, path: string, question: object): Promise<unknown> {
  const { gateway, idToken: token } = await findFresh(caller);
  return askGateway(gateway, { path, token, body: JSON.stringify(question) });
}

/** The gateway's own shape: a look at what is shown is enough. */
const isSession = (value: unknown): value is Session =>
  isObject(value) &&
  isString(value['id']) &&
  isString(value['grant']) &&
  isObject(value['principal']) &&
  isObject(value['identity']) &&
  Array.isArray(value['identity']['mismatches']) &&
  isObject(value['place']) &&
  Array.isArray(value['models']) &&
  ['startedAtMs', 'lastAtMs', 'exchanges'].every((name) => typeof value[name] === 'number');
