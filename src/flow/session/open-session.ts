// Opens a session for a caller: who and where it is comes from git here, the token from the daemon.
import { hostname } from 'node:os';
import type { RunInfo } from '../../daemon/run-info.ts';
import { withoutUser } from '../../git/approval-place.ts';
import { findRepository } from '../../git/open-repository.ts';
import { gitText } from '../../git/run-git.ts';
import { readCiEnvironment } from '../../identity/ci-facts.ts';
import { findOfferedToken } from '../../identity/offer-token.ts';
import type { Caller } from '../../model/caller.ts';
import { arrayAt, isObject, isString, numberAt, parseJson, stringAt } from '../../model/json.ts';
import type { Place, Principal } from '../../model/session.ts';
import { readHopRules } from '../../proxy/hops.ts';
import { secretValues } from '../../secrets/env-file.ts';
import { askDaemon, ensureDaemon } from '../daemon/find-daemon.ts';

export interface OpenedSession {
  readonly daemon: RunInfo;
  readonly grant: string;
  /** The repository's work tree; null outside one. */
  readonly worktree: string | null;
  /** In no file and in no argument list: it goes into the child's environment alone. */
  readonly token: string;
  readonly baseUrl: (connection: string) => string;
  readonly hasConnection: (connection: string) => boolean;
  /** Connections whose credential the child does not have. */
  readonly custody: readonly string[];
  /** Variables that hold such a credential. */
  readonly hidden: readonly string[];
  /** One line for the person about who the session is for; null mostly. */
  readonly notice: string | null;
  /** Does the policy have connections that only a forward proxy leads to? */
  readonly wantsForwarding: boolean;
}

export interface SessionSummary {
  readonly sessions: readonly string[];
  readonly exchanges: number;
  readonly edits: number;
  readonly masked: number;
  /** What rules decided meanwhile, a line each. */
  readonly notices: readonly string[];
}

export interface SessionRequest {
  readonly agent: string | null;
  /** The program's own entry: bin/aitrail.js. */
  readonly script: string;
  /** Until it is ended, for whatever repository or this one; left out: 12 hours after its last use. */
  readonly lasts?: 'user' | 'repository';
  /** Secret values beside those of the environment. */
  readonly known?: readonly string[];
}

const ASK_TIMEOUT_MS = 20_000;
const UNSET = { okExits: [0, 1, 128] } as const;

/** @throws Fault DAEMON_UNREACHABLE, and of the configuration that would be in force. */
export async function openSession(
  caller: Caller,
  { agent, script, lasts, known: more = [] }: SessionRequest,
): Promise<OpenedSession> {
  const [daemon, principal, place] = await Promise.all([
    ensureDaemon(caller, { port: null, script }),
    readPrincipal(caller),
    lasts === 'user' ? nowhere() : readPlace(caller),
  ]);
  // over the socket into the daemon's memory, where they are looked for in what passes
  const known = [...more, ...secretValues(Object.entries(caller.env))];
  const hops = readHopRules(caller.env);
  const isUnattended = !['', '0', 'false'].includes(caller.env['CI'] ?? '');
  const isStanding = lasts !== undefined;
  const environment = readCiEnvironment(caller.env) ?? {};
  const { token: offered, notice } = await offerToken(caller, daemon);
  const facts = { principal, place, agent, known, hops, isUnattended, isStanding };
  const body = JSON.stringify({ ...facts, environment, token: offered });
  const question = { method: 'POST', path: '/grant', body, timeoutMs: ASK_TIMEOUT_MS } as const;
  const answer = parseJson(await askDaemon(daemon, question));
  const token = stringAt(answer, 'token') ?? '';
  const connections = new Set(arrayAt(answer, 'connections').filter(isString));
  return {
    daemon,
    grant: stringAt(answer, 'id') ?? '',
    worktree: place.worktree,
    token,
    baseUrl: (connection) => `${daemon.url}/${token}/${connection}`,
    hasConnection: (connection) => connections.has(connection),
    custody: arrayAt(answer, 'custody').filter(isString),
    hidden: arrayAt(answer, 'hidden').filter(isString),
    notice: notice ?? stringAt(answer, 'notice'),
    wantsForwarding: isObject(answer) && answer['wantsForwarding'] === true,
  };
}

interface Offered {
  readonly token: string | null;
  readonly notice: string | null;
}

/** Asks the platform for a token only where somebody who is configured issues it. */
async function offerToken({ env }: Caller, daemon: RunInfo): Promise<Offered> {
  const question = { method: 'GET', path: '/issuers', timeoutMs: ASK_TIMEOUT_MS } as const;
  const issuers = arrayAt(parseJson(await askDaemon(daemon, question)), 'issuers');
  const wanted = issuers.map((one) => ({
    issuer: stringAt(one, 'issuer') ?? '',
    audience: stringAt(one, 'audience') ?? '',
    variable: stringAt(one, 'variable'),
  }));
  try {
    return { token: await findOfferedToken(env, wanted), notice: null };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { token: null, notice: `no identity token, the job is known by its variables: ${why}` };
  }
}

/** @throws Fault DAEMON_UNREACHABLE. */
export async function endSession({
  daemon,
  grant,
}: Pick<OpenedSession, 'daemon' | 'grant'>): Promise<SessionSummary> {
  const body = JSON.stringify({ grant });
  const question = { method: 'POST', path: '/end', body, timeoutMs: ASK_TIMEOUT_MS } as const;
  const answer = parseJson(await askDaemon(daemon, question));
  return {
    sessions: arrayAt(answer, 'sessions').filter(isString),
    exchanges: numberAt(answer, 'exchanges') ?? 0,
    edits: numberAt(answer, 'edits') ?? 0,
    masked: numberAt(answer, 'masked') ?? 0,
    notices: arrayAt(answer, 'notices').filter(isString),
  };
}

/** git's own idea of who acts; empty where nobody is configured. */
async function readPrincipal(caller: Caller): Promise<Principal> {
  const ident = await gitText(caller, ['var', 'GIT_AUTHOR_IDENT'], UNSET);
  const match = /^(.*) <([^>]*)> \d+ [+-]\d{4}$/.exec(ident);
  return { name: match?.[1] ?? '', email: match?.[2] ?? '' };
}

/** Where each request comes from, it says itself. */
const nowhere = (): Place => ({
  repository: null,
  worktree: null,
  remote: null,
  branch: null,
  head: null,
  host: hostname(),
});

export async function readPlace(caller: Caller): Promise<Place> {
  const repository = await findRepository(caller);
  if (repository === null) return nowhere();
  const [remote, branch, head] = await Promise.all([
    gitText(caller, ['config', '--get', 'remote.origin.url'], UNSET),
    gitText(caller, ['symbolic-ref', '--quiet', '--short', 'HEAD'], UNSET),
    gitText(caller, ['rev-parse', '--verify', '--quiet', 'HEAD'], UNSET),
  ]);
  return {
    repository: repository.commonDir,
    worktree: repository.worktree,
    remote: orNull(withoutUser(remote)),
    branch: orNull(branch),
    head: orNull(head),
    host: hostname(),
  };
}

const orNull = (text: string): string | null => (text === '' ? null : text);
