// B8: search and lists over as many exchanges as a busy team records in months, by the command that people type.
import { openPlace, ENTRY } from '../place.ts';
import { fillStore } from '../fill-store.ts';
import type { Figure, Row, Sized } from '../row.ts';
import { median, timeProgram } from '../timing.ts';
import { writeCode } from '../written-code.ts';

const RUNS = 5;
const BAR_EXCHANGES = 100_000;
const FULL_EXCHANGES = 1_000_000;

const ASKED: readonly (readonly [string, readonly string[]])[] = [
  ['search: a word that all hold', ['search', 'request']],
  ['search: a word that one holds', ['search', 'needle77']],
  ['search: a phrase, filters', ['search', '"please change" user:ada path:src since:2026-01-02']],
  ['search: a word that nobody else’s session holds', ['search', 'request agent:codex']],
  ['search: masked', ['search', 'masked:github-pat request']],
  ['search: beginning, without', ['search', 'need* -zebra']],
  ['sessions', ['sessions', '--limit', '100']],
];

export const row: Row = {
  id: 'B8',
  title: 'search and lists',
  run: async ({ isFull }) => {
    const counts = isFull ? [BAR_EXCHANGES, FULL_EXCHANGES] : [BAR_EXCHANGES / 10, BAR_EXCHANGES];
    const sizes = new Map<string, Sized[]>();
    for (const exchanges of counts)
      for (const [what, value] of measure(exchanges))
        sizes.set(what, [...(sizes.get(what) ?? []), { size: exchanges, value }]);
    return [...sizes].map(([what, measured]): Figure => ({
      what,
      unit: 'ms',
      of: 'exchanges',
      sizes: measured,
      bar: isFull ? 1000 : 300,
      note: 'the whole command, Node’s start included',
    }));
  },
};

function measure(exchanges: number): ReadonlyMap<string, number> {
  const place = openPlace();
  try {
    place.put('repo/.keep', '');
    fillStore({
      home: place.home,
      repository: '/work/app/.git',
      worktree: '/work/app',
      exchanges,
      written: (index) => {
        const path = `src/part-${index % 977}.ts`;
        return { kind: 'write', path, text: writeCode(index, 2) };
      },
      said: (index) => ({
        asked: `please change request number ${index}, needle${index % 9973}`,
        answered: writeCode(index, 6),
      }),
    });
    const results = new Map<string, number>();
    for (const [what, args] of ASKED) {
      const run = {
        command: process.execPath,
        args: [ENTRY, ...args],
        cwd: place.dir,
        env: place.env,
      };
      results.set(what, median(Array.from({ length: RUNS }, () => timeProgram(run))));
    }
    return results;
  } finally {
    place.remove();
  }
}
