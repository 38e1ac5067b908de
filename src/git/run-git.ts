// The one place that starts git. Every call ignores replace refs (an attacker's tool) and takes no optional lock.
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { openGitBroker, type GitStarter } from './git-broker.ts';
import { startGit } from './start-git.ts';

export interface GitCall {
  readonly stdin?: string | Uint8Array;
  /** Exit statuses that are answers, not failures. Default: 0 only. */
  readonly okExits?: readonly number[];
  /** Added to the caller's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; git is ended with SIGTERM after it. */
  readonly timeoutMs?: number;
}

export interface GitAnswer {
  readonly exit: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The environment every git child gets. */
export const gitEnv = (
  caller: Caller,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  ...caller.env,
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C.UTF-8',
  ...more,
});

/**
 * Runs git in the caller's directory and environment.
 *
 * @throws Fault GIT_MISSING where git cannot be started, GIT_FAILED for an exit status that is not in `okExits`.
 */
export async function runGit(
  caller: Caller,
  args: readonly string[],
  call: GitCall = {},
): Promise<GitAnswer> {
  const answer = await startHere(caller, args, call);
  if (!(call.okExits ?? [0]).includes(answer.exit)) {
    const why = answer.stderr.trim().split('\n').at(-1) ?? '';
    throw new Fault(
      'GIT_FAILED',
      `git ${args.join(' ')}: exit ${answer.exit}${why === '' ? '' : `: ${why}`}`,
    );
  }
  return answer;
}

/** The trimmed standard output as text. */
export async function gitText(
  caller: Caller,
  args: readonly string[],
  call: GitCall = {},
): Promise<string> {
  return (await runGit(caller, args, call)).stdout.toString('utf8').replace(/\n$/, '');
}

async function startHere(
  caller: Caller,
  args: readonly string[],
  { stdin = '', env, timeoutMs }: GitCall,
): Promise<GitAnswer> {
  const end = await starter.start({
    args: ['--no-optional-locks', ...args],
    cwd: caller.cwd,
    env: gitEnv(caller, env),
    stdin,
    timeoutMs: timeoutMs ?? null,
  });
  if (end.kind === 'missing')
    throw new Fault('GIT_MISSING', `git cannot be started in ${caller.cwd}: ${end.why}`);
  const { exit, stdout, stderr } = end;
  return { exit, stdout: Buffer.from(stdout.buffer, stdout.byteOffset, stdout.length), stderr };
}

/** Who starts git for this process. */
const starter: { start: GitStarter } = { start: startGit };

/** From here on git is started by a small process of its own. @returns what ends it. */
export function useGitBroker(): () => void {
  const broker = openGitBroker();
  starter.start = broker.start;
  return () => {
    starter.start = startGit;
    broker.close();
  };
}
