// Histories to blame: made ones with every kind of trouble, some lines of which are an AI's, and this project's own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Caller } from '../../../src/model/caller.ts';
import { attest, makeIdentity } from '../../attest/attest-kit.ts';
import { openLab, type Lab } from '../../attest/lab.ts';
import { openDice, type Dice } from './random.ts';

export interface History {
  readonly caller: Caller;
  /** Names at HEAD, and some that are no longer there. */
  readonly paths: readonly string[];
  readonly revisions: readonly string[];
  readonly close: () => void;
}

/** Who writes: wide letters, marks, brackets, a name that is longer than any agent's. */
export const AUTHORS = [
  'Ana Example',
  'Zoë',
  '山田 太郎',
  'Bo (ops) Berg',
  'Maximiliane von und zu Langenscheidt-Beispiel',
] as const;

const PATHS = ['a.c', 'src/b.c', 'src/two words.txt', 'ä/ö.md', 'crlf.txt'] as const;
const WORDS = ['int', 'main', 'return', 'value', 'count', 'ai: write', 'mixed: fix', '}', '{', ''];

const newLine = (dice: Dice): string =>
  `${' '.repeat(dice.below(3))}${dice.pick(WORDS)} ${dice.pick(WORDS)} ${String(dice.below(40))}`;

/** Some lines go, some come. */
function edit(lines: readonly string[], dice: Dice): readonly string[] {
  const at = dice.below(lines.length + 1);
  const gone = dice.below(3);
  const come = Array.from({ length: dice.below(5) + (lines.length < 4 ? 6 : 0) }, () =>
    newLine(dice),
  );
  return [...lines.slice(0, at), ...come, ...lines.slice(at + gone)];
}

/** @param commits how many. */
export async function makeHistory(seed: number, commits: number): Promise<History> {
  const dice = openDice(seed);
  const lab = openLab();
  await makeIdentity(lab);
  lab.git('config', 'core.autocrlf', 'false');
  const texts = new Map<string, readonly string[]>();
  for (let made = 0; made < commits; made += 1) {
    changeSome(lab, dice, texts);
    commitAs(lab, dice.pick(AUTHORS), made);
    if (made === commits >> 1) branchOff(lab, dice);
  }
  mergeSide(lab, commits);
  lab.git('tag', '-a', '-m', 'a tag object', 'v1', 'HEAD~2');
  const ids = lab.git('rev-list', '--all', '--exclude=refs/notes/*').split('\n');
  await attest(lab, ids.slice(3));
  lab.write('a.c', `${(texts.get('a.c') ?? []).join('\n')}\nnot committed\nai: nor this`);
  return {
    caller: lab.caller,
    paths: [...PATHS, 'moved.c', 'none.c'],
    revisions: [...ids, 'HEAD~1', 'v1', 'side', 'no-such-revision'],
    close: () => rmSync(dirname(lab.repo), { recursive: true }),
  };
}

function changeSome(lab: Lab, dice: Dice, texts: Map<string, readonly string[]>): void {
  for (let left = 1 + dice.below(3); left > 0; left -= 1) {
    const path = dice.pick(PATHS);
    const lines = edit(texts.get(path) ?? [], dice);
    texts.set(path, lines);
    const end = path === 'crlf.txt' ? '\r\n' : '\n';
    // a last line without an end of its own now and then
    lab.write(path, `${lines.join(end)}${dice.below(4) === 0 ? '' : end}`);
  }
}

function commitAs(lab: Lab, author: string, made: number): void {
  lab.git('add', '-A');
  const date = `2026-01-01T00:${String(made % 60).padStart(2, '0')}:00+0130`;
  const mail = `${author.length}@example.com`;
  lab.git(
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    `c${made}`,
    `--author=${author} <${mail}>`,
    `--date=${date}`,
  );
}

/** A file on another branch, and one that takes another name. */
function branchOff(lab: Lab, dice: Dice): void {
  lab.git('branch', 'side');
  lab.git('switch', '-q', 'side');
  lab.write('side.c', `${Array.from({ length: 8 }, () => newLine(dice)).join('\n')}\n`);
  commitAs(lab, AUTHORS[0], 58);
  lab.git('switch', '-q', 'main');
  lab.write('moved.c', `${Array.from({ length: 12 }, () => newLine(dice)).join('\n')}\n`);
  commitAs(lab, AUTHORS[1], 59);
  lab.git('mv', 'moved.c', 'src/moved.c');
  commitAs(lab, AUTHORS[2], 59);
}

function mergeSide(lab: Lab, at: number): void {
  lab.git('merge', '-q', '--no-ff', '--no-commit', 'side');
  lab.write('side.c', 'ai: an evil merge\nline\n');
  commitAs(lab, AUTHORS[3], at);
}

/** A clone of the repository that this test stands in; null where it stands in none. */
export function cloneOwn(): History | null {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'as-git-')));
  const env = { PATH: process.env['PATH'] ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
  const close = (): void => rmSync(root, { recursive: true });
  const repo = join(root, 'clone');
  const git = (cwd: string, ...args: readonly string[]): readonly string[] =>
    execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: 'pipe' }).trim().split('\n');
  try {
    git(root, 'clone', '-q', '--shared', process.cwd(), repo);
  } catch {
    close();
    return null;
  }
  const paths = git(repo, 'ls-files', '*.ts', '*.md', '*.json').filter(
    (path) => path !== 'package-lock.json',
  );
  const revisions = git(repo, 'rev-list', '--max-count=60', 'HEAD');
  return {
    caller: { cwd: repo, env: { ...env, AITRAIL_HOME: join(root, 'aitrail') } },
    paths,
    revisions,
    close,
  };
}
