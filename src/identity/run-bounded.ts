// Runs a program that could wait for a person: without a terminal, without stdin but ours, and not for long.
import { spawn } from 'node:child_process';
import type { Caller } from '../model/caller.ts';

export interface BoundedCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: Uint8Array | string;
  readonly timeoutMs: number;
  /** Added to the caller's environment; undefined removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export type BoundedAnswer =
  | { readonly kind: 'ended'; readonly exit: number; readonly out: Buffer; readonly err: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'missing'; readonly why: string };

/** Never throws. `detached` puts the child into a session of its own: without /dev/tty it cannot ask anybody. */
export function runBounded(caller: Caller, call: BoundedCall): Promise<BoundedAnswer> {
  return new Promise((resolve) => {
    const child = spawn(call.program, call.args, {
      cwd: caller.cwd,
      env: { ...caller.env, ...call.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve({ kind: 'timeout' });
    }, call.timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (cause) => {
      clearTimeout(timer);
      resolve({ kind: 'missing', why: cause.message });
    });
    child.on('close', (exit) => {
      clearTimeout(timer);
      const text = Buffer.concat(err).toString('utf8').trim();
      resolve({ kind: 'ended', exit: exit ?? 255, out: Buffer.concat(out), err: text });
    });
    child.stdin.on('error', () => undefined); // the exit status tells, not the pipe
    child.stdin.end(call.stdin);
  });
}
