// aitrail init --agent: a client's own settings lead it to the proxy, also where nobody types `aitrail run`. The session
// that they name lives until `uninstall`, and the daemon stays for as long as any settings need it.
import { join } from 'node:path';
import type { AgentSpec, SettleTarget, Settling } from '../../agents/agent-spec.ts';
import { findAgentByCommand } from '../../agents/agents.ts';
import { custodyVariables } from '../../agents/custody.ts';
import { stateHome, userHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { SettledReport } from '../../model/set-up.ts';
import type { SettingsPlan } from '../../model/settings-change.ts';
import { alone } from '../alone.ts';
import { ensureCommand, reportCommand } from '../daemon/ensure-command.ts';
import { ensureDaemon } from '../daemon/find-daemon.ts';
import { keepUntracked } from './keep-untracked.ts';
import { endSession, openSession, type OpenedSession } from '../session/open-session.ts';
import { isLive, putSetting, takeSettingBack } from './put-settings.ts';
import { readText } from '../read-text.ts';
import {
  lockPath,
  readSettled,
  type Settled,
  type SettledAgent,
  writeSettled,
} from './settings-ledger.ts';
import { releaseAgent } from './unsettle-agents.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** @throws Fault USAGE for a name that nobody has. */
export const pickAgents = (names: readonly string[]): readonly AgentSpec[] =>
  names.map((name) => {
    const spec = findAgentByCommand(name);
    if (spec !== null) return spec;
    throw new Fault('USAGE', `${name} is no client that is known`, {
      fix: 'name some of: claude-code, codex, opencode; the others by aitrail run',
    });
  });

interface Place {
  readonly caller: Caller;
  /** Absolute. */
  readonly worktree: string;
  /** The program's own entry. */
  readonly script: string;
  /** Are the clients' own hooks to report what became of calls? */
  readonly reports: boolean;
}

/** @throws Fault DAEMON_UNREACHABLE, SETTINGS_UNREADABLE, SETTINGS_TAKEN; that client's files are as they were then. */
export async function settleAgents(
  place: Place,
  specs: readonly AgentSpec[],
): Promise<readonly SettledReport[]> {
  if (specs.length === 0) return [];
  return alone(lockPath(stateHome(place.caller.env)), async () => {
    const reports: SettledReport[] = [];
    for (const spec of specs)
      reports.push(
        spec.settle === undefined ? notOurs(spec) : await settle(place, spec, spec.settle),
      );
    return reports;
  });
}

const notOurs = ({ name, commands }: AgentSpec): SettledReport => ({
  agent: name,
  files: [],
  isChanged: false,
  notice: `its environment alone leads it: aitrail run -- ${commands[0] ?? 'COMMAND'}, or eval "$(aitrail env)"`,
});

async function settle(place: Place, spec: AgentSpec, settling: Settling): Promise<SettledReport> {
  const { caller, worktree, script } = place;
  const home = stateHome(caller.env);
  const { url } = await ensureDaemon(caller, { port: null, script });
  const all = await readSettled(home);
  const known = all.find((one) => isSame(one, { spec, settling, worktree })) ?? null;
  const others = all.filter((one) => one !== known);
  const worktrees = [...new Set([...(known?.worktrees ?? []), worktree])];
  const reports = reportsNow(place, known);
  if (known?.reports === reports && (await isLive(caller, known, url))) {
    await writeSettled(home, [...others, { ...known, worktrees }]);
    return reportOf(spec, known.changes, { isChanged: false, notice: null });
  }
  if (known !== null) await releaseAgent(caller, known);
  await writeSettled(home, others);
  const session = await openSession(caller, { agent: spec.name, script, lasts: settling.scope });
  const plan = await planFor({ ...place, reports }, session, settling);
  const changes = await put(plan, session);
  if (changes.length === 0) await endSession(session);
  else {
    const entry = { agent: spec.name, scope: settling.scope, worktrees, reports, changes };
    await writeSettled(home, [...others, { ...entry, ...ledFrom(session, plan) }]);
  }
  return reportOf(spec, changes, { isChanged: changes.length > 0, notice: plan.notice });
}

/** Who has asked for it once keeps it. */
const reportsNow = ({ reports }: Place, known: SettledAgent | null): boolean =>
  reports || known?.reports === true;

interface Asked {
  readonly spec: AgentSpec;
  readonly settling: Settling;
  readonly worktree: string;
}

const isSame = (one: SettledAgent, { spec, settling, worktree }: Asked): boolean =>
  one.agent === spec.name &&
  one.scope === settling.scope &&
  (one.scope === 'user' || one.worktrees.includes(worktree));

const ledFrom = (
  { daemon, grant, token }: OpenedSession,
  plan: SettingsPlan,
): Pick<SettledAgent, 'url' | 'grant' | 'tokenSha256'> => ({
  url: JSON.stringify(plan.changes).includes(token) ? daemon.url : null,
  grant,
  tokenSha256: sha256Hex(token),
});

function planFor(
  { caller, worktree, script, reports }: Place,
  session: OpenedSession,
  settling: Settling,
): Promise<SettingsPlan> {
  const ours = join(stateHome(caller.env), 'clients');
  const target: SettleTarget = {
    baseUrl: session.baseUrl,
    hasConnection: session.hasConnection,
    session: session.grant,
    tempDir: ours,
    keepDir: ours,
    home: userHome(caller.env),
    projects: [worktree],
    read: readText,
    env: caller.env,
    keys: custodyVariables(session.custody, session.token),
    worktree,
    ensure: ensureCommand(caller, script),
    report: reports ? reportCommand(caller) : null,
    program: [process.execPath, script],
  };
  return keepUntracked(caller, worktree, settling.plan(target));
}

/** All of them or none. */
async function put(plan: SettingsPlan, session: OpenedSession): Promise<readonly Settled[]> {
  const made: Settled[] = [];
  try {
    for (const change of plan.changes) {
      const settled = await putSetting(change, session.token);
      if (settled !== null) made.push(settled);
    }
    return made;
  } catch (thrown) {
    for (const change of made.toReversed()) await takeSettingBack(change);
    await endSession(session);
    throw thrown;
  }
}

const reportOf = (
  { name }: AgentSpec,
  changes: readonly Settled[],
  said: Pick<SettledReport, 'isChanged' | 'notice'>,
): SettledReport => ({
  agent: name,
  files: [...new Set(changes.map(({ path }) => path))].filter(
    (path) => !path.endsWith('/info/exclude'),
  ),
  ...said,
});
