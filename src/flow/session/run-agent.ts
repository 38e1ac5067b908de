// Runs an agent in a session of its own: its model traffic goes through the proxy, everything else is as without us.
import { firstNotice } from './first-notice.ts';
import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  agentOfCommand,
  type Connected,
  connectAgent,
  type ConnectTarget,
  needsForwardProxy,
} from '../../agents/connect-agent.ts';
import { custodyRemoved, custodyVariables } from '../../agents/custody.ts';
import { stateHome, userHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { openForwarding } from './forward-variables.ts';
import {
  endSession,
  type OpenedSession,
  openSession,
  type SessionSummary,
} from './open-session.ts';
import { readText } from '../read-text.ts';
import { resolveEnvironment } from '../mask/resolve-environment.ts';
import { watchDaemon } from '../daemon/watch-daemon.ts';

export interface RunRequest {
  /** Command and arguments. */
  readonly command: readonly string[];
  /** null: told by the command's name. */
  readonly agent: string | null;
  readonly script: string;
  /** Placeholders in the environment become values for the command, and for it alone. */
  readonly resolves: boolean;
  /** One line for the person. */
  readonly notify: (line: string) => void;
}

export interface AgentRun {
  /** As a shell would give it: 126 not executable, 127 not found, 128 + n for a signal. */
  readonly exit: number;
  /** null where the daemon was gone by the end. */
  readonly summary: SessionSummary | null;
  /** Why the command could not be started; null where it was. */
  readonly failure: string | null;
}

/** @throws Fault where no session can be opened. */
export async function runAgent(asking: Caller, request: RunRequest): Promise<AgentRun> {
  const { env, values: known } = request.resolves
    ? await resolveEnvironment(asking)
    : { env: asking.env, values: [] };
  const caller = { ...asking, env };
  const [word = '', ...words] = request.command;
  const agent = request.agent ?? agentOfCommand(word);
  const session = await openSession(caller, {
    agent,
    script: request.script,
    known,
  });
  const notices = [...(await firstNotice(asking)), session.notice];
  for (const line of notices.filter((one) => one !== null)) request.notify(line);
  const tempDir = await mkdtemp(join(tmpdir(), 'aitrail-run-'));
  const { script, notify } = request;
  // a daemon that is started again has no business with the values behind placeholders
  const watch = watchDaemon(asking, { info: session.daemon, script, notify });
  try {
    const isForwarded = session.wantsForwarding || needsForwardProxy(agent ?? word);
    const forward = isForwarded ? await openForwarding(caller, session, notify) : {};
    const keys = custodyVariables(session.custody, session.token);
    const target = {
      ...targetOf(caller, session),
      env: { ...caller.env, ...keys },
      tempDir,
      forward,
      keys,
    };
    const connected = connectAgent(agent ?? word, target);
    await writeFiles(connected);
    if (connected.notice !== null) notify(connected.notice);
    const unset = [...connected.unset, ...hiddenFrom(session, keys)];
    const command = [word, ...connected.args, ...words];
    const started = await start(caller, command, { ...connected, unset });
    await watch.stop();
    // the agent's own exit status counts
    const summary = await endSession({ ...session, daemon: watch.info() }).catch(() => null);
    return { ...started, summary };
  } finally {
    await watch.stop();
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** Variables that would give the child a key in custody, or a way around it. */
const hiddenFrom = (
  { custody, hidden }: OpenedSession,
  keys: Readonly<Record<string, string>>,
): readonly string[] => [...custodyRemoved(custody), ...hidden].filter((name) => !(name in keys));

const targetOf = (
  caller: Caller,
  session: OpenedSession,
): Omit<ConnectTarget, 'tempDir' | 'forward' | 'keys'> => ({
  baseUrl: session.baseUrl,
  hasConnection: session.hasConnection,
  session: session.grant,
  keepDir: join(stateHome(caller.env), 'clients'),
  home: userHome(caller.env),
  projects: [...new Set([caller.cwd, session.worktree ?? caller.cwd])],
  read: readText,
  env: caller.env,
});

async function writeFiles({ files, links = [] }: Connected): Promise<void> {
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
  }
  for (const { path, to } of links) {
    if (!(await isThere(to)) || (await isThere(path))) continue;
    await symlink(to, path);
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Passed on to the agent; the terminal sends its own to the whole group, which the agent is in. */
const PASSED = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** Not for us: an agent that handles Ctrl-C goes on, and so do we. */
const IGNORED = ['SIGINT', 'SIGQUIT'] as const;

const ignore = (): void => undefined;

function start(
  caller: Caller,
  [word = '', ...words]: readonly string[],
  connected: Connected,
): Promise<Pick<AgentRun, 'exit' | 'failure'>> {
  const env: Record<string, string> = { ...caller.env, ...connected.env };
  for (const name of connected.unset) delete env[name];
  return new Promise((resolve) => {
    const child = spawn(word, words, { cwd: caller.cwd, env, stdio: 'inherit' });
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of PASSED) process.on(signal, pass);
    for (const signal of IGNORED) process.on(signal, ignore);
    const finish = (ended: Pick<AgentRun, 'exit' | 'failure'>): void => {
      for (const signal of PASSED) process.off(signal, pass);
      for (const signal of IGNORED) process.off(signal, ignore);
      resolve(ended);
    };
    child.on('error', (cause: NodeJS.ErrnoException) =>
      finish({ exit: cause.code === 'ENOENT' ? 127 : 126, failure: cause.message }),
    );
    child.on('close', (exit, signal) =>
      finish({
        exit: exit ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        failure: null,
      }),
    );
  });
}
