// A team's store: search and lists over a year of recordings in PostgreSQL, by the command that people type, and retention of
// a month.
import { openPostgresStore } from '../../../src/store/postgres/open.ts';
import { newDirectory, startTeamServer } from '../team-server.ts';
import { fillPostgres } from '../fill-postgres.ts';
import { exchangeCounts, timeCommands } from '../by-exchanges.ts';
import { openPlace } from '../place.ts';
import { measureSizes, type Figure, type Row } from '../row.ts';
import { timed } from '../timing.ts';

const RUNS = 3;

const ASKED: readonly (readonly [string, readonly string[]])[] = [
  ['search: a word that all hold', ['search', 'request']],
  ['search: a word that one in ten thousand holds', ['search', 'needle77']],
  ['search: a word that nobody holds', ['search', 'zebra']],
  ['search: a phrase, filters', ['search', '"please change" user:ada path:src/part-5.ts']],
  ['search: masked', ['search', 'masked:github-pat request']],
  ['search: beginning, without', ['search', 'need* -zebra']],
  ['sessions', ['sessions', '--limit', '100']],
];

export const row: Row = {
  id: 'TEAM',
  title: 'a team’s store: search, lists, a month that goes',
  run: async (scale) => {
    const sizes = await measureSizes(exchangeCounts(scale), measure);
    return [...sizes].map(([what, measured]): Figure => ({
      what,
      unit: 'ms',
      of: 'exchanges',
      sizes: measured,
      bar: what === PRUNE ? null : 1000,
      note: what === PRUNE ? 'a twelfth of them, by dropping tables' : 'the whole command',
    }));
  },
};

const PRUNE = 'prune of a month';

async function measure(exchanges: number): Promise<ReadonlyMap<string, number>> {
  const place = openPlace();
  const server = await startTeamServer(newDirectory());
  try {
    const { database } = server;
    const store = await openPostgresStore({ place: database, mode: 'write', signer: () => null });
    await fillPostgres(database, exchanges);
    place.put('password', database.password);
    place.put(
      'team.yaml',
      `store: { url: "${database.url}", password: { file: ${place.dir}/password } }\n`,
    );
    const env = { ...place.env, AITRAIL_POLICY: `${place.dir}/team.yaml` };
    const results = timeCommands(ASKED, { cwd: place.dir, env, runs: RUNS });
    const removal = {
      why: 'pruned',
      beforeMs: Date.UTC(2025, 1, 1),
      user: null,
      session: null,
    } as const;
    const gone = async (): Promise<unknown> =>
      store.removeExchanges({ ...removal, worktree: '/work/app' }, 'bench');
    results.set(PRUNE, await timed(gone));
    await store.close();
    return results;
  } finally {
    await server.stop();
    place.remove();
  }
}
