// B8: search and lists over as many exchanges as a busy team records in months, by the command that people type.
import { exchangeCounts, timeCommands } from '../by-exchanges.ts';
import { openPlace } from '../place.ts';
import { fillStore } from '../fill-store.ts';
import { measureSizes, type Figure, type Row } from '../row.ts';
import { writeCode } from '../written-code.ts';

const RUNS = 5;

const ASKED: readonly (readonly [string, readonly string[]])[] = [
  ['search: a word that all hold', ['search', 'request']],
  ['search: a word that one in 9973 holds', ['search', 'needle77']],
  ['search: a phrase, filters', ['search', '"please change" user:ada path:src since:2026-01-02']],
  ['search: a phrase, another path', ['search', '"please change" path:nowhere']],
  ['search: a word, an agent that nobody ran', ['search', 'request agent:codex']],
  ['search: a word, a model that nobody used', ['search', 'request model:none']],
  ['search: a word, another repository', ['search', 'request repo:/work/other']],
  ['search: a word, one file', ['search', 'request path:src/part-77.ts']],
  ['search: a word, long ago', ['search', 'request until:2026-01-03']],
  ['search: a word, not yet', ['search', 'request since:2036-01-02']],
  ['search: masked', ['search', 'request masked:github-pat']],
  ['search: masked, never', ['search', 'request masked:none']],
  ['search: resource', ['search', 'request resource:"POST /v1/*"']],
  ['search: beginning, without', ['search', 'need* -zebra']],
  ['sessions', ['sessions', '--limit', '100']],
];

export const row: Row = {
  id: 'B8',
  title: 'search and lists',
  run: async (scale) => {
    const sizes = await measureSizes(exchangeCounts(scale), measure);
    return [...sizes].map(([what, measured]): Figure => ({
      what,
      unit: 'ms',
      of: 'exchanges',
      sizes: measured,
      bar: scale.isFull ? 1000 : 300,
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
    return timeCommands(ASKED, { cwd: place.dir, env: place.env, runs: RUNS });
  } finally {
    place.remove();
  }
}
