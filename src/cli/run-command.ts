// What stands around a command, whoever read its words: the terminal that it writes to, and faults as text and exit status.
import { isatty } from 'node:tty';
import type { Caller } from '../model/caller.ts';
import { isFault } from '../model/fault.ts';
import { faultLines } from '../print/fault-lines.ts';
import type { CommandSpec, Invocation, Terminal } from './command.ts';
import { isDumb } from './output.ts';
import { openProgress } from './progress.ts';

/** Sets the exit status of this process. Never throws. @param work gives the status. */
export async function setExit(work: () => Promise<number>): Promise<void> {
  process.stdout.on('error', stopOnClosedPipe);
  try {
    process.exitCode = await work();
  } catch (thrown) {
    process.stderr.write(faultLines(thrown, process.env['AITRAIL_DEBUG'] === '1'));
    process.exitCode = isFault(thrown) ? thrown.exit : 3;
  }
}

/** @returns the exit status. */
export async function runCommand(
  spec: CommandSpec,
  { words, options }: Pick<Invocation, 'words' | 'options'>,
): Promise<number> {
  const out = terminal(options);
  try {
    return await spec.run({ caller: currentCaller(), words, options, out });
  } finally {
    out.progress('');
  }
}

export const currentCaller = (): Caller => ({ cwd: process.cwd(), env: currentEnv() });

function currentEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined) env[name] = value;
  return env;
}

function terminal({ color, progress }: Invocation['options']): Terminal {
  const isTty = process.stdout.isTTY;
  return {
    write: (text) => void process.stdout.write(text),
    writeBytes: (bytes) => void process.stdout.write(bytes),
    note: (text) => void process.stderr.write(text),
    progress: progress === false || isDumb() ? () => undefined : openProgress(process.stderr),
    isTty,
    isColour: isTty && color !== false && !isDumb() && (process.env['NO_COLOR'] ?? '') === '',
    isInteractive: isatty(0), // process.stdin would open it
  };
}

/** `aitrail … | head`: the reader has seen enough, which is no error. */
function stopOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exitCode = 0;
}
