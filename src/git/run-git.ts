// The one place that starts git. Every call ignores replace refs (an attacker's tool) and takes no optional lock.
import { spawn } from 'node:child_process';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';

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
  const answer = await startGit(caller, args, call);
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

function startGit(caller: Caller, args: readonly string[], call: GitCall): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--no-optional-locks', ...args], {
      cwd: caller.cwd,
      env: gitEnv(caller, call.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(call.timeoutMs === undefined ? {} : { timeout: call.timeoutMs }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (cause) =>
      reject(
        new Fault('GIT_MISSING', `git cannot be started in ${caller.cwd}: ${cause.message}`, {
          cause,
        }),
      ),
    );
    child.on('close', (exit) =>
      resolve({
        exit: exit ?? 128,
        stdout: Buffer.concat(out),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    );
    // git may exit before it has read everything: the exit status tells, not the pipe
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.stdin ?? '');
  });
}
