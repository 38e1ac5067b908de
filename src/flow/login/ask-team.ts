// What a person asks the team's gateway as an approver, an auditor or an admin.
import { signDecision } from '../../attest/approval-envelope.ts';
import { findRepository } from '../../git/open-repository.ts';
import type { Approval } from '../../model/approval.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault, isFault } from '../../model/fault.ts';
import { arrayAt, numberAt, objectAt, stringAt } from '../../model/json.ts';
import { APPROVALS_PATH, DECIDE_PATH, SESSIONS_PATH, STOP_PATH } from '../../model/login.ts';
import type { Session } from '../../model/session.ts';
import type { Signer } from '../../model/signing.ts';
import type { SessionFilter } from '../../store/store.ts';
import { openAsked } from '../approve/asked-approval.ts';
import type { DecidedApproval, Verdict } from '../approve/decide-approval.ts';
import { type KnownApprovals, pickApproval } from '../approve/list-approvals.ts';
import { openSigner } from '../attest/open-signer.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { askGateway, readPerson } from './ask-gateway.ts';
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

/**
 * Signed by the caller's own key where there is one; else their login speaks for them.
 *
 * @throws Fault AGENT_NOT_ALLOWED, APPROVAL_SELF, APPROVER_NOT_LISTED, APPROVAL_OVER, as showTeamApproval, and of the signer.
 */
export async function decideTeamApproval(
  caller: Caller,
  verdict: Verdict,
): Promise<DecidedApproval> {
  await refuseAgent(caller, `approvals ${verdict.answer}`);
  if (verdict.answer === 'break-glass')
    throw new Fault('USAGE', 'an answer at the gateway is approve or deny');
  const asked = await showTeamApproval(caller, verdict.id);
  const reason = verdict.reason.slice(0, REASON_CHARACTERS_MAX);
  const { answer } = verdict;
  const signed = await signTeamDecision(caller, asked, { ...verdict, reason });
  const question = { id: asked.request.id, answer, reason, ...(signed === null ? {} : { signed }) };
  const approval = readAsked(objectAt(await ask(caller, DECIDE_PATH, question), 'asked'));
  const [decision] = approval?.decisions ?? [];
  if (approval === null || decision === undefined)
    throw new Fault('GATEWAY_UNREACHABLE', 'the gateway answers no decision');
  return { approval, decision, unsent: null };
}

/** What a gateway takes. */
const REASON_CHARACTERS_MAX = 500;

/** @returns null for a caller without a key. @throws Fault of a signer that is there and does not sign. */
async function signTeamDecision(
  caller: Caller,
  { request, sha256 }: Approval,
  { answer, reason }: Verdict,
): Promise<string | null> {
  const signer = await findSigner(caller);
  if (signer === null) return null;
  const { gateway, idToken } = await findFresh(caller);
  const { email, subject } = await readPerson(gateway, idToken);
  const { id, kind, digest, expiresAtMs } = request;
  const about = { answer, id, kind, digest, request: sha256, roots: [], reason, expiresAtMs };
  const approver = email === '' ? subject : email;
  return signDecision({ ...about, approver, atMs: Date.now() }, signer);
}

async function findSigner(caller: Caller): Promise<Signer | null> {
  try {
    return await openSigner(caller, await loadPolicy(caller, await findRepository(caller)));
  } catch (thrown) {
    const isNone = isFault(thrown) && NO_KEY.has(thrown.code);
    if (isNone) return null;
    throw thrown;
  }
}

const NO_KEY: ReadonlySet<string> = new Set(['NO_SIGNER', 'NO_IDENTITY']);

/** The gateway has looked at the signatures. */
function readAsked(value: unknown): Approval | null {
  const row = {
    request: stringAt(value, 'request') ?? '',
    decision: stringAt(value, 'decision'),
    usedAtMs: numberAt(value, 'usedAtMs'),
  };
  const approval = openAsked(row, null)?.approval ?? null;
  const why = stringAt(value, 'refused');
  return approval === null || why === null ? approval : { ...approval, refused: [why] };
}

async function ask(caller: Caller, path: string, question: object): Promise<unknown> {
  const { gateway, idToken: token } = await findFresh(caller);
  return askGateway(gateway, { path, token, body: JSON.stringify(question) });
}
