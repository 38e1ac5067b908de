// One git process from start to end, by itself: what is asked and what came of it are data, so that another process can
// do it for us.
import { spawn } from 'node:child_process';

export interface GitJob {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | Uint8Array;
  /** Milliseconds; git is ended with SIGTERM after it, and what it started is waited for no longer. null: as long as it
   *  takes. */
  readonly timeoutMs: number | null;
}

export type GitEnd =
  | {
      readonly kind: 'ended';
      readonly exit: number;
      readonly stdout: Uint8Array;
      readonly stderr: string;
    }
  /** It cannot be started at all. */
  | { readonly kind: 'missing'; readonly why: string };

/** Never rejects. */
export function startGit({ args, cwd, env, stdin, timeoutMs }: GitJob): Promise<GitEnd> {
  return new Promise((resolve) => {
    // a pipe is two ends to make and to close: most questions bring nothing along
    const input = stdin.length === 0 ? 'ignore' : 'pipe';
    const child = spawn('git', args, { cwd, env, stdio: [input, 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    const settle = (exit: number | null): void => {
      clearTimeout(over);
      const stdout = Buffer.concat(out);
      const stderr = Buffer.concat(err).toString('utf8');
      resolve({ kind: 'ended', exit: exit ?? 128, stdout, stderr });
    };
    const over = startTimer(timeoutMs, () => {
      // git waits for what it started, and an ssh that stays for the next connection holds the pipes of a git that is gone
      child.kill();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      child.unref();
      settle(child.exitCode);
    });
    child.on('error', (cause) => {
      clearTimeout(over);
      resolve({ kind: 'missing', why: cause.message });
    });
    child.on('close', settle);
    // git may exit before it has read everything: the exit status tells, not the pipe
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}

const startTimer = (ms: number | null, act: () => void): NodeJS.Timeout | undefined =>
  ms === null ? undefined : setTimeout(act, ms);
