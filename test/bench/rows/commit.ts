// B4: what all hooks together add to `git commit` of 1,000 changed lines that recordings account for, beside a plain one.
// Beside it what any hook costs here: one that starts an empty Node, and gitleaks where it is installed.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fillStore } from '../fill-store.ts';
import { ENTRY, makeRepository, openPlace, type Place } from '../place.ts';
import type { Figure, Row, Scale } from '../row.ts';
import { inTurn, isInstalled, median, medianOf, timeProgram } from '../timing.ts';
import { writeCode } from '../written-code.ts';

const FILES = 10;
const LINES_PER_FILE = 100;
const AROUND = 100;
const RUNS = 5;
const OURS = ['daemon', 'no daemon'] as const;
const QUIET = 'daemon, no summary';
/** git is let go before the note is there. */
const UNTIL_NOTE = ['daemon', QUIET] as const;
const untilNoteOf = (name: string): string => `${name}: until the note is there`;
/** In each turn each contestant commits once; the first turn is not counted. */
const TURNS = RUNS + 1;
/** Two contestants commit in one repository. */
const ROUNDS = 2 * TURNS;

export const row: Row = {
  id: 'B4',
  title: 'git commit of 1,000 changed lines: added by all hooks together',
  run: async (scale) => figuresOf(await measureSizes(scale)),
};

interface Measured {
  readonly exchanges: number;
  readonly plainMs: number;
  /** Added, by contestant. */
  readonly added: ReadonlyMap<string, number>;
}

async function measureSizes({ isFull }: Scale): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const exchanges of isFull ? [10_000, 100_000] : [500, 5000])
    measured.push(await measure(exchanges));
  return measured;
}

async function measure(exchanges: number): Promise<Measured> {
  const place = openPlace();
  try {
    const names = ['plain', ...OURS, 'empty Node hook'];
    if (isInstalled('gitleaks')) names.push('gitleaks hook');
    for (const name of names) startRepository(place, name);
    for (const name of OURS) prepare(place, name, exchanges);
    putHook(place, 'empty Node hook', `'${process.execPath}' -e 0`);
    if (names.includes('gitleaks hook'))
      putHook(place, 'gitleaks hook', 'gitleaks git --staged --no-banner -l error --exit-code 0');
    startDaemon(place);
    const noteTimes = new Map<string, number[]>(UNTIL_NOTE.map((name) => [name, []]));
    const times = await inTurn(RUNS, contestantsOf(place, [...names, QUIET], noteTimes));
    for (const name of OURS) await checkNotes(place, name);
    const plainMs = medianOf(times, 'plain');
    const added = [...names, QUIET].map((name) => [name, medianOf(times, name) - plainMs] as const);
    const untilNote = UNTIL_NOTE.map(
      (name) => [untilNoteOf(name), median(noteTimes.get(name) ?? []) - plainMs] as const,
    );
    return { exchanges, plainMs, added: new Map([...added, ...untilNote]) };
  } finally {
    place.remove();
  }
}

function contestantsOf(
  place: Place,
  names: readonly string[],
  noteTimes: ReadonlyMap<string, number[]>,
): Readonly<Record<string, () => Promise<number>>> {
  const turns = new Map(names.map((name) => [name, 0]));
  const commitNext = async (name: string): Promise<number> => {
    const turn = (turns.get(name) ?? 0) + 1;
    turns.set(name, turn);
    const round = name === QUIET ? TURNS + turn : turn;
    const repo = repoOf(name);
    putRound(place, repo, [round, true]);
    place.git(repo, 'add', '-A');
    const args = ['commit', '-q', '-m', `round ${String(round)}`];
    const program = { command: 'git', args, cwd: join(place.dir, repo), env: envOf(place, name) };
    const startMs = performance.now();
    const ms = timeProgram(program);
    const ofNotes = noteTimes.get(name);
    if (ofNotes === undefined) return ms;
    await readNote(place, repo);
    if (turn > 1) ofNotes.push(performance.now() - startMs);
    return ms;
  };
  return Object.fromEntries(names.map((name) => [name, () => commitNext(name)]));
}

function startRepository(place: Place, name: string): void {
  makeRepository(place, name);
  for (let round = 1; round <= ROUNDS; round += 1) putRound(place, name, [round, false]);
  place.git(name, 'add', '-A');
  place.git(name, 'commit', '-q', '-m', 'start');
}

/** Each round changes files that no other does. */
const pathOf = (file: number, round: number): string =>
  `src/round${String(round)}/part${String(file)}.ts`;

/** Another hundred lines for each file, before its round and after. */
const linesOf = (file: number, round: number, isChanged: boolean): string =>
  writeCode(1_000_000 + (round * FILES + file) * 2 + Number(isChanged), LINES_PER_FILE);

/** The middle of each file is what the round writes. */
function putRound(
  place: Place,
  name: string,
  [round, isChanged]: readonly [number, boolean],
): void {
  for (let file = 0; file < FILES; file += 1) {
    const [head, tail] = [writeCode(file, AROUND), writeCode(file + 1000, AROUND)];
    const middle = linesOf(file, round, isChanged);
    place.put(`${name}/${pathOf(file, round)}`, `${head}${middle}${tail}`);
  }
}

const repoOf = (name: string): string => (name === QUIET ? 'daemon' : name);

/** Each has a state directory of its own, so that one is without a daemon. */
const envOf = (place: Place, name: string): Readonly<Record<string, string>> => ({
  ...place.env,
  AITRAIL_HOME: name.startsWith('daemon') ? place.home : join(place.dir, 'state-without-daemon'),
  ...(name === QUIET ? { AITRAIL_QUIET: '1' } : {}),
});

const aitrail = (place: Place, name: string, args: readonly string[]): number =>
  timeProgram({
    command: process.execPath,
    args: [ENTRY, ...args],
    cwd: join(place.dir, name),
    env: envOf(place, name),
  });

function prepare(place: Place, name: string, exchanges: number): void {
  const own = ROUNDS * FILES;
  fillStore({
    home: envOf(place, name)['AITRAIL_HOME'] ?? '',
    repository: join(place.dir, name, '.git'),
    worktree: join(place.dir, name),
    exchanges,
    written: (index) => {
      const mine = index - (exchanges - own);
      if (mine < 0)
        return {
          kind: 'write',
          path: `src/x${String(index % 400)}.ts`,
          text: writeCode(index, 20),
        };
      const [file, round] = [mine % FILES, Math.floor(mine / FILES) + 1];
      const [before, after] = [linesOf(file, round, false), linesOf(file, round, true)];
      return { kind: 'replace', path: pathOf(file, round), before, after, isAll: false };
    },
  });
  aitrail(place, name, ['init']);
}

/** What was recorded is of a fixed day, long ago: without leave to stay it would be gone before the first commit. */
function startDaemon(place: Place): void {
  place.put('config/aitrail/config.yaml', 'retention: 36500d\n');
  aitrail(place, 'daemon', ['proxy', 'start']);
}

function putHook(place: Place, name: string, command: string): void {
  place.put(`${name}/.git/hooks/pre-commit`, `#!/bin/sh\nexec ${command}\n`);
  chmodSync(join(place.dir, name, '.git/hooks/pre-commit'), 0o755);
}

/** A fast hook that attests nothing would win. @throws where the last commit's lines are not the model's. */
async function checkNotes(place: Place, name: string): Promise<void> {
  const note = await readNote(place, name);
  const [, payload = ''] = /"payload":"([^"]+)"/.exec(note) ?? [];
  const statement = Buffer.from(payload, 'base64').toString('utf8');
  const ranges = statement.split('"contributor":"ai"').length - 1;
  if (ranges < FILES) throw new Error(`${name}: ${String(ranges)} ranges are attested`);
}

/** The daemon writes it after git has gone on. */
async function readNote(place: Place, name: string, triesLeft = 2000): Promise<string> {
  try {
    return place.git(name, 'notes', '--ref=aitrail', 'show', 'HEAD');
  } catch (thrown) {
    if (triesLeft === 0) throw thrown;
    await sleep(5);
    return readNote(place, name, triesLeft - 1);
  }
}

function figuresOf(measured: readonly Measured[]): readonly Figure[] {
  const figure = (name: string, bar: number | null): Figure => ({
    what: name === 'plain' ? 'plain git commit' : `added: ${name}`,
    unit: 'ms',
    of: 'recorded exchanges',
    sizes: measured.map(({ exchanges, plainMs, added }) => ({
      size: exchanges,
      value: name === 'plain' ? plainMs : (added.get(name) ?? Number.NaN),
    })),
    bar,
  });
  const names = [...(measured[0]?.added.keys() ?? [])];
  const bars: Readonly<Record<string, number>> = {
    daemon: 60,
    [QUIET]: 60,
    'no daemon': 300,
  };
  return names.map((name) => figure(name, bars[name] ?? null));
}
