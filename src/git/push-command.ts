// Is the push that called this hook a dry run? git does not say so to its hook: the command line of the git that waits
// for us does.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Caller } from '../model/caller.ts';
import { gitText } from './run-git.ts';

/** Shells, `timeout` and hook managers stand between git and us. */
const ANCESTORS_MAX = 12;

/** @returns false where the command cannot be found: a push is taken for a push. */
export async function isDryRunPush(caller: Caller): Promise<boolean> {
  let pid = process.ppid;
  for (let step = 0; step < ANCESTORS_MAX && pid > 1; step += 1) {
    const found = await readProcess(pid);
    if (found === null) return false;
    const [program = '', ...args] = found.words;
    if (/(?:^|[/\\])git(?:\.exe)?$/.test(program)) {
      const push = await pushArgs(caller, args);
      if (push !== null) return push.some(isDryRunFlag);
    }
    pid = found.parent;
  }
  return false;
}

/** `-n`, alone or among other one-letter flags before one that takes a value, or any unambiguous start of the long name. */
const isDryRunFlag = (word: string): boolean =>
  /^-[46fquv]*n/.test(word) || (word.length >= 4 && '--dry-run'.startsWith(word));

/** What follows `push`, also through an alias. @returns null for another command. */
async function pushArgs(
  caller: Caller,
  args: readonly string[],
): Promise<readonly string[] | null> {
  const at = commandIndex(args);
  const command = args[at] ?? '';
  const rest = args.slice(at + 1);
  if (command === 'push') return rest;
  if (!/^[\w-]+$/.test(command)) return null;
  const alias = await gitText(caller, ['config', '--get', `alias.${command}`], { okExits: [0, 1] });
  const [first, ...more] = alias.split(/\s+/);
  return first === 'push' ? [...more, ...rest] : null;
}

/** git's own options come before the command; these take the next word as their value. */
const VALUED = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--config-env']);

function commandIndex(args: readonly string[]): number {
  let at = 0;
  while (args[at]?.startsWith('-') === true) at += VALUED.has(args[at] ?? '') ? 2 : 1;
  return at;
}

interface ProcessFacts {
  readonly parent: number;
  readonly words: readonly string[];
}

async function readProcess(pid: number): Promise<ProcessFacts | null> {
  try {
    const [stat, line] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // the name in brackets may hold anything, so fields are counted from its end
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(parent), words: line.split('\0').slice(0, -1) };
  } catch {
    return askPs(pid); // no /proc on this system
  }
}

function askPs(pid: number): Promise<ProcessFacts | null> {
  return new Promise((resolve) => {
    const args = ['-o', 'ppid=', '-o', 'args=', '-p', String(pid)];
    execFile('ps', args, { timeout: 1000 }, (error, stdout) => {
      const [parent, ...words] = stdout.trim().split(/\s+/);
      resolve(error === null ? { parent: Number(parent), words } : null);
    });
  });
}
