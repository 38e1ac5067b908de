// One long-lived `git cat-file --batch` per repository: works with SHA-256, alternates, worktrees, partial clones.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { gitEnv } from './run-git.ts';

export interface GitObject {
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit' | 'tag';
  readonly bytes: Buffer;
}

export interface Objects {
  /** @param spec anything rev-parse takes, without newline. @returns null where it does not exist. */
  read(spec: string): Promise<GitObject | null>;
  /** False once its git has ended: nothing can be read any more. */
  isOpen(): boolean;
  close(): void;
}

interface Waiting {
  readonly resolve: (found: GitObject | null) => void;
  readonly reject: (why: Error) => void;
}

const isType = (word: string | undefined): word is GitObject['type'] =>
  word === 'blob' || word === 'tree' || word === 'commit' || word === 'tag';

/** Who opens readers for this process: it may keep them (objects-pool.ts). */
const opener = { open: startObjects };

/** @param open from here on in place of `startObjects`. @returns what takes it back. */
export function useOpener(open: (caller: Caller) => Objects): () => void {
  opener.open = open;
  return () => (opener.open = startObjects);
}

/** A reader of the caller's repository, to be closed. */
export const openObjects = (caller: Caller): Objects => opener.open(caller);

/** Starts a reader. Answers come in the order of the questions. */
export function startObjects(caller: Caller): Objects {
  const child = spawn('git', ['--no-optional-locks', 'cat-file', '--batch'], {
    cwd: caller.cwd,
    env: gitEnv(caller),
  });
  const queue: Waiting[] = [];
  const take = frameReader((found) => queue.shift()?.resolve(found));
  child.stdout.on('data', take);
  child.stderr.resume();
  child.stdin.on('error', () => undefined); // `close` below answers those who wait
  const fail = (why: string): void => {
    for (const waiting of queue.splice(0))
      waiting.reject(new Fault('GIT_FAILED', `git cat-file: ${why}`));
  };
  child.on('error', (cause) => fail(cause.message));
  child.on('close', (exit) => fail(`ended with ${exit}`));
  return {
    isOpen: () => !child.stdin.destroyed && child.exitCode === null && child.signalCode === null,
    read: (spec) => ask(child, queue, spec),
    close: () => (queue.length > 0 ? child.stdin.end() : dismiss(child)),
  };
}

/** Nobody waits for an answer of it, and nobody waits for its end. */
function dismiss(child: ChildProcessWithoutNullStreams): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  child.unref();
}

function ask(
  child: ChildProcessWithoutNullStreams,
  queue: Waiting[],
  spec: string,
): Promise<GitObject | null> {
  if (spec.includes('\n')) return Promise.resolve(null); // the protocol is line-based: no such object can be asked for
  if (child.exitCode !== null || child.stdin.destroyed)
    return Promise.reject(new Fault('GIT_FAILED', 'git cat-file: has ended'));
  return new Promise((resolve, reject) => {
    queue.push({ resolve, reject });
    // what is asked in one go is one write: each is a call of the system, and wakes git up
    if (child.stdin.writableCorked === 0) {
      child.stdin.cork();
      process.nextTick(() => child.stdin.uncork());
    }
    child.stdin.write(`${spec}\n`);
  });
}

/** `<oid> SP <type> SP <size> LF <bytes> LF`, or `<spec> missing LF`. */
function frameReader(give: (found: GitObject | null) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let bytesHeld = 0;
  let bytesNeeded = 0;
  return (chunk) => {
    chunks.push(chunk);
    bytesHeld += chunk.length;
    if (bytesHeld < bytesNeeded) return;
    let buffer = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      const frame = readFrame(buffer);
      if (typeof frame === 'number') {
        bytesNeeded = frame;
        break;
      }
      give(frame.found);
      buffer = buffer.subarray(frame.length);
    }
    chunks = [buffer];
    bytesHeld = buffer.length;
  };
}

/** @returns a frame, or how many bytes are needed before it is worth trying again. */
function readFrame(buffer: Buffer): { found: GitObject | null; length: number } | number {
  const lineEnd = buffer.indexOf(10);
  if (lineEnd < 0) return buffer.length + 1;
  const [oid = '', type, size] = buffer.toString('utf8', 0, lineEnd).split(' ');
  if (!isType(type) || size === undefined) return { found: null, length: lineEnd + 1 };
  const end = lineEnd + 1 + Number(size);
  if (buffer.length < end + 1) return end + 1;
  return {
    found: { oid, type, bytes: Buffer.from(buffer.subarray(lineEnd + 1, end)) },
    length: end + 1,
  };
}
