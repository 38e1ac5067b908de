// One git process from start to end, by itself: what is asked and what came of it are data, so that another process can
// do it for us.
import { spawn } from 'node:child_process';

export interface GitJob {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | Uint8Array;
  /** Milliseconds; git is ended with SIGTERM after it. null: as long as it takes. */
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
    const child = spawn('git', args, {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (cause) => resolve({ kind: 'missing', why: cause.message }));
    child.on('close', (exit) =>
      resolve({
        kind: 'ended',
        exit: exit ?? 128,
        stdout: Buffer.concat(out),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    );
    // git may exit before it has read everything: the exit status tells, not the pipe
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}
