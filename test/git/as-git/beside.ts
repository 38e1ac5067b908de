// One command line run by git and by aitrail, and what may differ between them: who wrote a line that is an AI's.
import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { command } from '../../../src/cli/blame.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { isFault } from '../../../src/model/fault.ts';
import { AUTHORS } from './histories.ts';

interface Ran {
  readonly exit: number | null;
  /** Bytes as latin1. */
  readonly text: string;
}

function runGit({ cwd, env }: Caller, words: readonly string[]): Ran {
  const { status, stdout } = spawnSync('git', ['blame', ...words], { cwd, env });
  return { exit: status, text: stdout.toString('latin1') };
}

async function runOurs(caller: Caller, words: readonly string[]): Promise<Ran> {
  const written: Buffer[] = [];
  const out = {
    write: (text: string) => void written.push(Buffer.from(text)),
    writeBytes: (bytes: Uint8Array) => void written.push(Buffer.from(bytes)),
    note: () => undefined,
    progress: () => undefined,
    isColour: false,
    isTty: false,
    isInteractive: true,
  };
  try {
    const exit = await command.run({ caller, words, options: {}, out });
    return { exit: exit ?? null, text: Buffer.concat(written).toString('latin1') };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return { exit: thrown.exit, text: '' };
  }
}

const latin = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const escaped = (text: string): string => text.replaceAll(/[()+.]/g, '\\$&');

// with --encoding=latin1 git writes those names that have one in it
const PEOPLE = [
  ...AUTHORS.map(escaped),
  ...[...AUTHORS, 'Not Committed Yet', 'External file (--contents)'].map((name) =>
    escaped(latin(name)),
  ),
  'Version of [^\\n\\t]*?',
  '<[^>\\n]*>',
].join('|');
const COLUMN = new RegExp(`\\( *(?:claude-code(?:\\+(?:${PEOPLE}))?|${PEOPLE})[ \\t]+`, 'g');

/** Without the author column, and without our own lines in what machines read. */
const outside = (text: string): string =>
  text.replaceAll(/^aitrail-[^\n]*\n/gm, '').replaceAll(COLUMN, '(@ ');

export type Compared = 'same' | 'named' | 'refused';

/** A line that is not committed has the time of the call: two calls may be on either side of a second. */
const TRIES = 4;

/** @returns `named` where some line is an AI's: all the rest is the same then. */
export async function compareBlame(caller: Caller, words: readonly string[]): Promise<Compared> {
  const told = `git blame ${words.join(' ')}`;
  for (let left = TRIES; ; left -= 1) {
    const [git, ours] = [runGit(caller, words), await runOurs(caller, words)];
    expect(ours.exit, told).toBe(git.exit);
    if (git.exit !== 0) return 'refused';
    if (ours.text === git.text) return 'same';
    if (left > 1 && outside(ours.text) !== outside(git.text)) continue;
    expect(outside(ours.text), told).toBe(outside(git.text));
    expect(ours.text, `${told}: no line is an AI’s`).toMatch(/claude-code|^aitrail-/m);
    return 'named';
  }
}
