// From a command to the daemon of its state directory: found, asked, and started where it is not there.
import { runFiles, stateHome } from '../../config/places.ts';
import { askControl, type ControlAnswer, type Question } from '../../daemon/control.ts';
import { isLocked } from '../../daemon/run-lock.ts';
import { readRunInfo, type RunInfo } from '../../daemon/run-info.ts';
import { spawnDaemon } from '../../daemon/spawn-daemon.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { parseFault } from '../../model/fault-text.ts';
import { readVersion } from '../../model/version.ts';

const STATUS_TIMEOUT_MS = 2000;
const STOP_TIMEOUT_MS = 15_000;

/** @returns null where none answers. */
export async function findDaemon(env: Caller['env']): Promise<RunInfo | null> {
  const info = await readRunInfo(runFiles(stateHome(env)).daemon);
  return info !== null && (await isAnswering(info)) ? info : null;
}

export async function isAnswering(info: RunInfo): Promise<boolean> {
  const answer = await askControl(info.socket, {
    method: 'GET',
    path: '/alive',
    timeoutMs: STATUS_TIMEOUT_MS,
  });
  return answer?.status === 200 && answer.body === `${String(info.pid)}\n`;
}

export interface StartOptions {
  /** null: the one that was used before, else any. */
  readonly port: number | null;
  /** The program's own entry: bin/aitrail.js. */
  readonly script: string;
}

/**
 * The running daemon, started where there is none. One of another version is asked to leave first.
 *
 * @throws Fault DAEMON_UNREACHABLE.
 */
export async function ensureDaemon(
  caller: Caller,
  options: StartOptions,
): Promise<RunInfo & { readonly isNew: boolean }> {
  const found = await findDaemon(caller.env);
  if (found !== null && found.version === readVersion()) return { ...found, isNew: false };
  if (found !== null) await stopDaemon(caller.env);
  const port = options.port === null ? [] : ['--port', String(options.port)];
  const home = stateHome(caller.env);
  const env = { ...caller.env };
  // the daemon is nobody's agent and nobody's session
  for (const name of [
    'AITRAIL_SESSION',
    'GIT_DIR',
    'GIT_INDEX_FILE',
    'GIT_WORK_TREE',
    'GIT_PREFIX',
  ])
    delete env[name];
  const args = ['proxy', 'start', '--foreground', ...port];
  const program = { script: options.script, args, env, home };
  const info = await spawnDaemon(program, () => findDaemon(caller.env));
  return { ...info, isNew: true };
}

/** @returns false where none was running. @throws Fault DAEMON_UNREACHABLE where it does not leave. */
export async function stopDaemon(env: Caller['env']): Promise<boolean> {
  const info = await findDaemon(env);
  if (info === null) return false;
  await askControl(info.socket, { method: 'POST', path: '/stop', timeoutMs: STATUS_TIMEOUT_MS });
  const deadlineMs = Date.now() + STOP_TIMEOUT_MS;
  const { lock } = runFiles(stateHome(env));
  // it answers nobody any more while it still writes what is left: the lock goes last
  while ((await isAnswering(info)) || (await isLocked(lock))) {
    if (Date.now() > deadlineMs)
      throw new Fault('DAEMON_UNREACHABLE', `the daemon (pid ${String(info.pid)}) does not stop`, {
        fix: `end it: kill ${String(info.pid)}`,
      });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** @throws Fault DAEMON_UNREACHABLE where it does not answer or says no. */
export async function askDaemon(info: RunInfo, question: Question): Promise<string> {
  const answer: ControlAnswer | null = await askControl(info.socket, question);
  if (answer === null) throw new Fault('DAEMON_UNREACHABLE', 'the daemon does not answer');
  if (answer.status !== 200)
    throw (
      parseFault(answer.body) ??
      new Fault('DAEMON_UNREACHABLE', `the daemon refused: ${answer.body.split('\n')[0] ?? ''}`)
    );
  return answer.body;
}
