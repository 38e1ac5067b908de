// B12: a large repository with many uncommitted files: what observing it costs a request, the look itself, and the hooks.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorktreeWatch } from '../../../src/flow/observe/worktree-watch.ts';
import { isObject, parseJson } from '../../../src/model/json.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { draft, newSession } from '../../store/store-kit.ts';
import { makeRepository, type Place } from '../place.ts';
import type { Figure, Row } from '../row.ts';
import { median, timed, timeProgram } from '../timing.ts';
import { ask, openContest, requestOf, type Contest, writeReply } from '../upstream.ts';

const FILES_PER_DIRECTORY = 16;
const DIRTY = 2000;
/** Written between two requests, as an agent does. */
const TOUCHED = 20;
const STAGED = 50;
const ROUNDS = 7;
/** The watches of a large tree are set a few at a time. */
const WATCHES_MS = 5000;
const PAUSE_MS = 500;
/** What the hooks may cost in a small repository: B4. */
const HOOKS_MS = 60;

export const row: Row = {
  id: 'B12',
  title: `monorepo, ${DIRTY.toLocaleString('en')} files uncommitted`,
  run: async ({ isFull }) => {
    const measured: Measured[] = [];
    for (const files of isFull ? [30_000, 300_000] : [3000, 30_000])
      measured.push(await measure(files));
    return figuresOf(measured);
  },
};

/** Milliseconds. */
interface Times {
  readonly waited: number;
  readonly firstLook: number;
  readonly status: number;
  readonly laterLook: number;
  readonly hooks: number;
  readonly diff: number;
}

interface Measured {
  readonly files: number;
  readonly ms: Times;
}

async function measure(files: number): Promise<Measured> {
  const contest = await openContest((response) => writeReply(response, 3));
  const { place } = contest;
  try {
    makeMonorepo(place, files);
    const ms = {
      ...(await measureLooks(place)),
      waited: await measureWaiting(contest),
      ...measureHooks(place),
    };
    return { files, ms };
  } finally {
    await contest.close();
  }
}

const pathOf = (file: number): string => {
  const directory = Math.floor(file / FILES_PER_DIRECTORY);
  return `part${String(directory >> 7)}/unit${String(directory)}/file${String(file)}.ts`;
};

const textOf = (file: number, round: number): string =>
  `export const value${String(file)} = ${String(file)};\nexport const round = ${String(round)};\n`;

function makeMonorepo(place: Place, files: number): void {
  makeRepository(place, 'mono');
  const parts = [
    'commit refs/heads/main\ncommitter Ada <ada@example.com> 1767225600 +0000\ndata 5\nstart\n',
  ];
  for (let file = 0; file < files; file += 1) {
    const text = textOf(file, 0);
    parts.push(`M 100644 inline ${pathOf(file)}\ndata ${String(text.length)}\n${text}\n`);
  }
  const cwd = join(place.dir, 'mono');
  execFileSync('git', ['fast-import', '--quiet'], { cwd, env: place.env, input: parts.join('') });
  place.git('mono', 'reset', '-q', '--hard');
  touch(place, { first: 0, count: DIRTY, round: 1 });
}

interface Touching {
  readonly first: number;
  readonly count: number;
  readonly round: number;
}

function touch(place: Place, { first, count, round }: Touching): void {
  for (let file = first; file < first + count; file += 1)
    place.put(`mono/${pathOf(file)}`, textOf(file, round));
}

const warn = (line: string): never => {
  throw new Error(line);
};

/** The very code that the daemon runs beside a request, with a store of its own. */
async function measureLooks(
  place: Place,
): Promise<Pick<Times, 'firstLook' | 'laterLook' | 'status'>> {
  const directory = join(place.dir, 'mono');
  const store = await openStore({ home: join(place.dir, 'looks'), mode: 'write' });
  const key = await store.readKey();
  const caller = { cwd: directory, env: place.env };
  const watch = openWorktreeWatch({ caller, store, key, warn });
  const session = await newSession(store);
  const look = async (): Promise<number> => {
    const begun = draft(session);
    await store.beginExchange(begun);
    return timed(() => watch.look(directory, { exchange: begun.id, moment: 'before' }));
  };
  try {
    const status = timeProgram({ command: 'git', args: ['status', '-uall'], ...caller });
    const firstLook = await look();
    await sleep(WATCHES_MS);
    await look(); // what happened before the watches were set
    const later: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      touch(place, { first: round * TOUCHED, count: TOUCHED, round: round + 10 });
      await sleep(PAUSE_MS);
      later.push(await look());
    }
    return { status, firstLook, laterLook: median(later) };
  } finally {
    watch.close();
    await store.close();
  }
}

/** First events in the large repository against those in an empty one, in turn. */
async function measureWaiting(contest: Contest): Promise<number> {
  const { place } = contest;
  const times: Readonly<Record<'mono' | 'repo', number[]>> = { mono: [], repo: [] };
  const urls = { mono: urlIn(place, 'mono'), repo: urlIn(place, 'repo') };
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const name of ['mono', 'repo'] as const) {
      touch(place, { first: round * TOUCHED, count: TOUCHED, round: round + 20 });
      await sleep(PAUSE_MS);
      const route = { name: 'aitrail', url: urls[name] } as const;
      const { firstMs } = await ask(route, requestOf(5000, `${name} ${String(round)}`));
      if (round > 0) times[name].push(firstMs);
    }
  return median(times.mono) - median(times.repo);
}

function urlIn(place: Place, name: string): string {
  const env = parseJson(place.aitrail(name, 'env', '--shell', 'json'));
  const url = isObject(env) ? env['ANTHROPIC_BASE_URL'] : undefined;
  if (typeof url !== 'string') throw new Error('no session');
  return url;
}

function measureHooks(place: Place): Pick<Times, 'hooks' | 'diff'> {
  place.aitrail('mono', 'init');
  const git = (...args: readonly string[]): number =>
    timeProgram({ command: 'git', args, cwd: join(place.dir, 'mono'), env: place.env });
  const times: Readonly<Record<'plain' | 'hooked' | 'diff', number[]>> = {
    plain: [],
    hooked: [],
    diff: [],
  };
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const name of ['plain', 'hooked'] as const) {
      const first = DIRTY + (round * 2 + Number(name === 'plain')) * STAGED;
      touch(place, { first, count: STAGED, round: 30 });
      const paths = Array.from({ length: STAGED }, (_, file) => pathOf(first + file));
      place.git('mono', 'add', '--', ...paths);
      times.diff.push(git('diff', '--cached'));
      const hooks = name === 'plain' ? ['-c', 'core.hooksPath=none'] : [];
      const ms = git(...hooks, 'commit', '-q', '-m', `round ${String(round)}`);
      if (round > 0) times[name].push(ms);
    }
  return { hooks: median(times.hooked) - median(times.plain), diff: median(times.diff) };
}

function figuresOf(measured: readonly Measured[]): readonly Figure[] {
  const last = measured.at(-1)?.ms;
  const figure = (what: string, name: keyof Times, bar: number | null): Figure => ({
    what,
    unit: 'ms',
    of: 'files',
    sizes: measured.map(({ files, ms }) => ({ size: files, value: ms[name] })),
    bar,
  });
  return [
    figure('a request waits longer than elsewhere', 'waited', 5),
    figure('a look, off its path', 'laterLook', 200),
    figure('the first look of a session', 'firstLook', null),
    figure('git status', 'status', null),
    figure('added by all hooks', 'hooks', last === undefined ? null : 1.1 * last.diff + HOOKS_MS),
    figure('git diff --cached', 'diff', null),
  ];
}
