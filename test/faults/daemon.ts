// The built daemon as a process of its own, so that its memory can be read and it can be killed.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { World } from '../daemon/world.ts';

export const ENTRY = resolve(import.meta.dirname, '../../bin/aitrail.js');
const MEMORY = /^Vm(RSS|HWM):\s+(\d+) kB$/gm;

export interface Daemon {
  readonly child: ChildProcess;
  /** Megabytes that are resident now, and at most so far. */
  readonly memory: () => { readonly now: number; readonly peak: number };
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Resolves once it serves. */
export async function startDaemon({ caller }: World): Promise<Daemon> {
  const child = spawn(process.execPath, [ENTRY, 'proxy', 'start', '--foreground'], {
    cwd: caller.cwd,
    env: { ...caller.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await serving(child);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    child,
    memory: () => {
      const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
      const found = new Map([...status.matchAll(MEMORY)].map(([, name, kB]) => [name, Number(kB)]));
      return { now: (found.get('RSS') ?? 0) / 1024, peak: (found.get('HWM') ?? 0) / 1024 };
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

async function serving(child: ChildProcess): Promise<void> {
  const said = new EventEmitter();
  let text = '';
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    if (text.includes('serving at')) said.emit('ready');
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  child.once('exit', () => said.emit('error', new Error(`the daemon ended: ${text}`)));
  await once(said, 'ready');
  said.on('error', () => undefined); // it may end now
}

/** @returns exit status and output of one command. */
export async function aitrail(
  { caller }: World,
  ...args: readonly string[]
): Promise<{ readonly exit: number; readonly text: string }> {
  const ended = promisify(execFile)(process.execPath, [ENTRY, ...args], {
    cwd: caller.cwd,
    env: { ...caller.env },
  });
  try {
    const { stdout } = await ended;
    return { exit: 0, text: stdout };
  } catch (thrown) {
    return { exit: ended.child.exitCode ?? -1, text: String(thrown) };
  }
}

export const megabytes = (count: number): string => `${count.toFixed(0)} MB`;
