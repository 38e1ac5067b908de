// INC: from a leaked value to everything that it touched, by the command that people type: every recorded byte, every object
// of the repository.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fillStore } from '../fill-store.ts';
import { ENTRY, makeRepository, openPlace, type Place } from '../place.ts';
import { measureSizes, type Figure, type Row } from '../row.ts';
import { median, timeProgram } from '../timing.ts';
import { writeCode } from '../written-code.ts';

const RUNS = 3;
const COUNTS = [10_000, 100_000];
/** Beside as many commits. */
const COMMITS_SHARE = 20;

const ASKED = [
  ['a value that is nowhere', 'violet-rivers-1977', 0],
  ['a value that one exchange holds, over events', 'needle777 = value', 1],
] as const;

export const row: Row = {
  id: 'INC',
  title: 'incident: every recorded byte, every object',
  run: async () => {
    const sizes = await measureSizes(COUNTS, measure);
    return [...sizes].map(([what, measured]): Figure => ({
      what,
      unit: 'ms',
      of: 'exchanges',
      sizes: measured,
      bar: 2000,
      note: 'the whole command; a twentieth as many commits',
    }));
  },
};

function measure(exchanges: number): ReadonlyMap<string, number> {
  const place = openPlace();
  try {
    makeRepository(place, 'repo');
    makeHistory(place, exchanges / COMMITS_SHARE);
    fillStore({
      home: place.home,
      repository: '/work/app/.git',
      worktree: '/work/app',
      exchanges,
      isStreamed: true,
      written: (index) => ({
        kind: 'write',
        path: `src/part-${String(index % 977)}.ts`,
        text: writeCode(index, 2),
      }),
      said: (index) => ({
        asked: `please change request number ${String(index)}`,
        answered: `${writeCode(index, 6)}\nneedle${String(index)} = value`,
      }),
    });
    const timed = (input: string): number =>
      median(
        Array.from({ length: RUNS }, () =>
          timeProgram({
            command: process.execPath,
            args: [ENTRY, 'incident', '--stdin', '--json'],
            cwd: join(place.dir, 'repo'),
            env: place.env,
            input,
          }),
        ),
      );
    for (const [what, value, holders] of ASKED) {
      const found = findHolders(place, value);
      if (found !== holders) throw new Error(`${what}: ${String(found)} exchanges hold it`);
    }
    return new Map(ASKED.map(([what, value]) => [what, timed(value)]));
  } finally {
    place.remove();
  }
}

/** How many recorded exchanges the answer names. */
function findHolders(place: Place, value: string): number {
  const answer = execFileSync(process.execPath, [ENTRY, 'incident', '--stdin', '--json'], {
    cwd: join(place.dir, 'repo'),
    env: place.env,
    input: value,
  });
  const { recorded }: { readonly recorded: readonly unknown[] } = JSON.parse(String(answer));
  return recorded.length;
}

function makeHistory(place: Place, commits: number): void {
  const stream = Array.from({ length: commits }, (_, index) => {
    const text = writeCode(index, 20);
    const message = `Change ${String(index)}`;
    return [
      'commit refs/heads/main',
      `committer Ada <ada@example.com> ${String(1_700_000_000 + index)} +0000`,
      `data ${String(message.length)}`,
      message,
      `M 644 inline src/file-${String(index % 200)}.ts`,
      `data ${String(Buffer.byteLength(text))}`,
      text,
    ].join('\n');
  }).join('\n');
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: join(place.dir, 'repo'),
    env: place.env,
    input: `${stream}\n`,
  });
  place.git('repo', 'reset', '-q', '--hard', 'main');
}
