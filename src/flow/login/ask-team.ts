// What a person asks the team's gateway as an approver, an auditor or an admin.
import type { Approval } from '../../model/approval.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { arrayAt, numberAt, objectAt, stringAt } from '../../model/json.ts';
import { APPROVALS_PATH, DECIDE_PATH, SESSIONS_PATH, STOP_PATH } from '../../model/login.ts';
import type { Session } from '../../model/session.ts';
import type { SessionFilter } from '../../store/store.ts';
import { approvalOf } from '../approve/asked-approval.ts';
import type { DecidedApproval, Verdict } from '../approve/decide-approval.ts';
import { type KnownApprovals, pickApproval } from '../approve/list-approvals.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { askGateway } from './ask-gateway.ts';
import { findFresh } from './log-in.ts';
import { isTeamSession } from './team-session.ts';

/** @throws Fault NOT_LOGGED_IN, ROLE_NEEDED, GATEWAY_UNREACHABLE. */
export async function listTeamSessions(
  caller: Caller,
  filter: SessionFilter,
): Promise<readonly Session[]> {
  const answer = await ask(caller, SESSIONS_PATH, filter);
  return arrayAt(answer, 'sessions').filter(isTeamSession);
}

/** @throws Fault as listTeamSessions, NO_SUCH_SESSION. */
export async function stopTeamSession(caller: Caller, session: string): Promise<Session> {
  const answer = await ask(caller, STOP_PATH, { session });
  const stopped: unknown = objectAt(answer, 'session');
  if (!isTeamSession(stopped))
    throw new Fault('GATEWAY_UNREACHABLE', 'the gateway answers no session');
  return stopped;
}

/** Newest first. @throws Fault as listTeamSessions. */
export async function listTeamApprovals(caller: Caller): Promise<KnownApprovals> {
  const answer = await ask(caller, APPROVALS_PATH, {});
  const approvals = arrayAt(answer, 'asked')
    .map(readAsked)
    .filter((approval) => approval !== null);
  return { approvals, stale: null };
}

/** @throws Fault as listTeamSessions, NO_SUCH_APPROVAL, AMBIGUOUS_ID. */
export const showTeamApproval = async (caller: Caller, prefix: string): Promise<Approval> =>
  pickApproval((await listTeamApprovals(caller)).approvals, prefix);

/** @throws Fault AGENT_NOT_ALLOWED, APPROVAL_SELF, APPROVER_NOT_LISTED, APPROVAL_OVER and as showTeamApproval. */
export async function decideTeamApproval(
  caller: Caller,
  verdict: Verdict,
): Promise<DecidedApproval> {
  await refuseAgent(caller, `approvals ${verdict.answer}`);
  const approval = readAsked(objectAt(await ask(caller, DECIDE_PATH, verdict), 'asked'));
  const [decision] = approval?.decisions ?? [];
  if (approval === null || decision === undefined)
    throw new Fault('GATEWAY_UNREACHABLE', 'the gateway answers no decision');
  return { approval, decision, unsent: null };
}

const readAsked = (value: unknown): Approval | null =>
  approvalOf({
    request: stringAt(value, 'request') ?? '',
    decision: stringAt(value, 'decision'),
    usedAtMs: numberAt(value, 'usedAtMs'),
  });

async function ask(caller: Caller, path: string, question: object): Promise<unknown> {
  const { gateway, idToken: token } = await findFresh(caller);
  return askGateway(gateway, { path, token, body: JSON.stringify(question) });
}
