// Puts our line into hook files that a team shares: no path of this machine, no effect where aitrail is not installed.
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookName } from '../model/hook.ts';
import type { Change } from './hook-ledger.ts';
import { sharedBlock, sharedLine } from './hook-texts.ts';
import { readState } from './state-file.ts';

export interface SharedPlan {
  /** Absolute. */
  readonly dir: string;
  readonly hooks: readonly HookName[];
}

/** @returns what was changed, and hooks in other languages than the shell, which only their owner can edit. */
export async function installShared(
  plan: SharedPlan,
): Promise<{ readonly changes: readonly Change[]; readonly foreign: readonly string[] }> {
  const changes: Change[] = [];
  const foreign: string[] = [];
  for (const hook of plan.hooks) {
    const path = join(plan.dir, hook);
    const there = (await readState(path))?.toString('utf8') ?? null;
    if (there === null) {
      const text = `#!/bin/sh\n${sharedLine(hook)}`;
      await writeFile(path, text, { mode: 0o755 });
      await chmod(path, 0o755);
      changes.push({ kind: 'file', path, text });
    } else if (!isShell(there)) {
      foreign.push(hook);
    } else if (!there.includes(`aitrail hook ${hook}`)) {
      const { at, text } = placeIn(there, hook);
      await writeFile(path, `${there.slice(0, at)}${text}${there.slice(at)}`);
      changes.push({ kind: 'insert', path, text });
    }
  }
  return { changes, foreign };
}

/** Takes an inserted text out again. @returns false where it is no longer there as it was. */
export async function removeInserted(path: string, text: string): Promise<boolean> {
  const there = (await readState(path))?.toString('utf8') ?? '';
  const at = there.indexOf(text);
  if (at < 0) return false;
  await writeFile(path, `${there.slice(0, at)}${there.slice(at + text.length)}`);
  return true;
}

/** Is the file exactly what we made? */
export async function isUntouched(path: string, text: string): Promise<boolean> {
  const there = await readFile(path, 'utf8').catch(() => null);
  return there === text;
}

const SHELL = /^#!.*\b(?:ba|da|k|z|a)?sh\b/;

/** husky runs files without a first line by `sh`. */
const isShell = (text: string): boolean => !text.startsWith('#!') || SHELL.test(text);

/** Ends the script early, or reads what ours needs too. */
const HIDES_THE_END = /^\s*(?:exec|exit)\b/m;

/** At the end, so that what the others stage is checked too; in front where the end may never be reached. */
function placeIn(script: string, hook: HookName): { readonly at: number; readonly text: string } {
  const takesStdin = hook === 'pre-push' || hook === 'post-rewrite';
  if (!takesStdin && !HIDES_THE_END.test(script)) {
    const isEnded = script === '' || script.endsWith('\n');
    return { at: script.length, text: `${isEnded ? '' : '\n'}${sharedLine(hook)}` };
  }
  const first = script.startsWith('#!') ? script.indexOf('\n') + 1 : 0;
  return first === 0 && script.startsWith('#!')
    ? { at: script.length, text: `\n${sharedBlock(hook)}` }
    : { at: first, text: sharedBlock(hook) };
}
