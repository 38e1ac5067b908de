// Starts the daemon as a process of its own and waits until it answers.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../model/fault.ts';
import { parseFault } from '../model/fault-text.ts';
import { makePrivate } from './run-info.ts';

const START_TIMEOUT_MS = 15_000;
const RETRY_MS = 20;
/** Half of what Node lets young objects take, in each of the daemon's two threads: 30 MB less. A request costs the same, a
 *  burst of events 7 % more. */
const HEAP = ['--max-semi-space-size=8'] as const;

export interface DaemonProgram {
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Its directory: it must not keep anybody's disk busy. */
  readonly home: string;
}

/**
 * @param probe asks whether a daemon answers by now, and which; null: not yet.
 * @throws the fault that the process died of; DAEMON_UNREACHABLE where it said none, or after fifteen seconds.
 */
export async function spawnDaemon<Answer extends { readonly pid: number }>(
  program: DaemonProgram,
  probe: () => Promise<Answer | null>,
): Promise<Answer> {
  await makePrivate(program.home);
  const child = spawn(process.execPath, [...HEAP, program.script, ...program.args], {
    cwd: program.home,
    env: { ...program.env },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  let exit: number | null = null;
  child.on('error', (cause) => {
    said.push(Buffer.from(cause.message));
    exit = 127;
  });
  child.on('exit', (code) => (exit = code ?? 128));
  const answer = await waitFor(probe, () => exit !== null);
  child.stderr.destroy();
  child.unref();
  // another one was first: ours would wait for its place, and serve when that one is stopped
  if (answer !== null && answer.pid !== child.pid) child.kill();
  if (answer !== null) return answer;
  const text = Buffer.concat(said).toString('utf8').trim();
  throw parseFault(text) ?? unreachable(text.split('\n')[0] ?? '');
}

const unreachable = (why: string): Fault =>
  new Fault(
    'DAEMON_UNREACHABLE',
    why === '' ? 'the daemon does not answer' : `the daemon ended: ${why}`,
  );

async function waitFor<Answer>(
  probe: () => Promise<Answer | null>,
  isOver: () => boolean,
): Promise<Answer | null> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    const answer = await probe();
    // one that ended may have found another daemon at work: ask once more
    if (answer !== null || isOver()) return answer ?? probe();
    await sleep(RETRY_MS);
  }
  return null;
}
