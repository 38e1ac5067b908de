// B6: attribute a commit of 10,000 added lines against everything recorded.
import { join } from 'node:path';
import { attributeCommit } from '../../../src/flow/attribute/attribute-commit.ts';
import { openObjects } from '../../../src/git/objects.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { fillStore } from '../fill-store.ts';
import { makeRepository, openPlace, type Place } from '../place.ts';
import type { Row, Sized } from '../row.ts';
import { median, timed } from '../timing.ts';
import { writeCode } from '../written-code.ts';

const FILES = 20;
const LINES_PER_FILE = 500;
const LINES_PER_EXCHANGE = 40;
const RUNS = 5;
const BAR_MS = 500;

export const row: Row = {
  id: 'B6',
  title: 'attribute 10,000 added lines',
  run: async ({ isFull }) => {
    const first: Sized[] = [];
    const warm: Sized[] = [];
    for (const exchanges of isFull ? [25_000, 250_000] : [500, 5000]) {
      const times = await measure(exchanges);
      const size = exchanges * LINES_PER_EXCHANGE;
      first.push({ size, value: times[0] ?? Number.NaN });
      warm.push({ size, value: median(times.slice(1)) });
    }
    const facts = { unit: 'ms', of: 'recorded lines' } as const;
    return [
      { what: 'in a process that is up (daemon)', ...facts, sizes: warm, bar: BAR_MS },
      { what: 'first in a process', ...facts, sizes: first, bar: null },
    ];
  },
};

async function measure(exchanges: number): Promise<readonly number[]> {
  const place = openPlace();
  try {
    const commit = makeCommit(place, exchanges);
    const caller = { cwd: join(place.dir, 'repo'), env: place.env };
    const repository = await openRepository(caller);
    const objects = openObjects(caller);
    const store = await openStore({ home: place.home, mode: 'read', inProcess: true });
    const work = { repository, objects, store, key: await store.readKey() };
    const times: number[] = [];
    for (let run = 0; run <= RUNS; run += 1)
      times.push(await timed(async () => checkAll(await attributeCommit(work, commit))));
    objects.close();
    await store.close();
    return times;
  } finally {
    place.remove();
  }
}

type Attributed = Awaited<ReturnType<typeof attributeCommit>>;

/** @throws where the work was not done: nearly every line is a recorded reply's. */
function checkAll(files: Attributed): void {
  const lines = files.flatMap((file) => file.added);
  const own = lines.filter(({ origin }) => origin.kind === 'ai').length;
  if (own < 0.95 * FILES * LINES_PER_FILE) throw new Error(`only ${String(own)} lines were found`);
}

const pathOf = (file: number): string => `src/new${String(file)}.ts`;
const textOf = (file: number): string => writeCode(5_000_000 + file, LINES_PER_FILE);

function makeCommit(place: Place, exchanges: number): string {
  makeRepository(place, 'repo');
  place.git('repo', 'commit', '-q', '--allow-empty', '-m', 'start');
  fillStore({
    home: place.home,
    repository: join(place.dir, 'repo', '.git'),
    worktree: join(place.dir, 'repo'),
    exchanges,
    written: (index) => {
      const file = index - (exchanges - FILES);
      return file < 0
        ? {
            kind: 'write',
            path: `src/x${String(index % 400)}.ts`,
            text: writeCode(index, LINES_PER_EXCHANGE),
          }
        : { kind: 'write', path: pathOf(file), text: textOf(file) };
    },
  });
  for (let file = 0; file < FILES; file += 1) place.put(`repo/${pathOf(file)}`, textOf(file));
  place.git('repo', 'add', '-A');
  place.git('repo', 'commit', '-q', '-m', 'ten thousand lines');
  return place.git('repo', 'rev-parse', 'HEAD');
}
