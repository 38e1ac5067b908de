// Every option that `git blame -h` lists, and the spellings that git's parser takes beside them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from './histories.ts';
import type { Dice } from './random.ts';

interface Table {
  readonly dice: Dice;
  readonly history: History;
}

type Flag = (table: Table) => readonly string[];

const always =
  (...words: readonly string[]): Flag =>
  () =>
    words;

const FLAGS: readonly Flag[] = [
  ...[
    '--incremental',
    '-b',
    '--root',
    '--show-stats',
    '--progress',
    '--score-debug',
    '-f',
    '--show-name',
    '-n',
    '--show-number',
    '-p',
    '--porcelain',
    '--line-porcelain',
    '-c',
    '-t',
    '-l',
    '-s',
    '-e',
    '--show-email',
    '-w',
    '--color-lines',
    '--color-by-age',
    '--minimal',
    '-C',
    '-C1',
    '-C40',
    '-M',
    '-M3',
    '--abbrev',
    '--no-abbrev',
    '--first-parent',
    '--no-show-email',
    '--no-porcelain',
    '--no-root',
    '--porc',
    '--line-p',
    '--incr',
    '--show-e',
    '-wsf',
    '-lnt',
    '-swp',
    '-ce',
    '-fe',
    '--date=relative',
    '--date=short',
    '--date=iso-strict',
    '--date=raw',
    '--date=format:%d.%m.%y',
    '--encoding=latin1',
    '--encoding=none',
    '--since=3.weeks',
    '--no-such-option',
    '--no-progress',
    '--no-incremental',
    '--no-color-lines',
  ].map((word) => always(word)),
  always('-C', '-C'),
  always('-C', '-C', '-C5'),
  always('--date', 'short'),
  ({ dice }) => [`--abbrev=${String(dice.below(60))}`],
  ({ dice, history }) => ['--ignore-rev', dice.pick(history.revisions)],
  ({ dice, history }) => [`--ignore-rev=${dice.pick(history.revisions)}`],
  ({ dice, history }) => [
    '--ignore-revs-file',
    listFile(history, 'ignored', dice.pick(history.revisions)),
  ],
  ({ dice, history }) => ['-S', listFile(history, 'grafts', dice.pick(history.revisions))],
  ({ dice, history }) => [`-S${listFile(history, 'grafts', dice.pick(history.revisions))}`],
  ({ dice, history }) => ['--contents', dice.pick(history.paths)],
  ({ history }) => [`--contents=${listFile(history, 'contents', 'ai: new\nint main 3')}`],
  ({ dice }) => ['-L', range(dice)],
  ({ dice }) => [`-L${range(dice)}`],
  ({ dice }) => ['-L', range(dice), '-L', range(dice)],
];

function range(dice: Dice): string {
  const from = String(dice.below(14));
  const more = String(dice.below(9));
  return dice.pick([
    from,
    `${from},`,
    `,${from}`,
    `${from},${more}`,
    `${from},+${more}`,
    `${from},-${more}`,
    '/int/',
    '/a/,/e/',
    '/value/,+3',
    '^/return/',
    ':main',
    '^:main',
    '/no such line/',
    'x',
    `${from},`,
    '1,5',
    '2,+4',
    '3',
  ]);
}

function listFile(history: History, name: string, text: string): string {
  const place = join(history.caller.cwd, '..', name);
  writeFileSync(place, `${text}\n`);
  return place;
}

/** What somebody may type after `blame`: flags, a revision or a range, a file, in one of git's orders. */
export function makeWords(table: Table): readonly string[] {
  const { dice, history } = table;
  const flags = Array.from({ length: dice.below(4) }, () => dice.pick(FLAGS)(table)).flat();
  const path = dice.pick(history.paths);
  const one = dice.pick(history.revisions);
  const other = dice.pick(history.revisions);
  return dice.pick([
    [...flags, path],
    [...flags, '--', path],
    [...flags, one, '--', path],
    [...flags, one, path],
    [path, ...flags],
    [...flags, path, one],
    [...flags, '--', path, one],
    [...flags, `${one}..${other}`, '--', path],
    [...flags, `^${one}`, '--', path],
    ['--reverse', `${other}..`, ...flags, '--', path],
    [...flags, '--reverse', `${other}..HEAD`, path],
  ]);
}
