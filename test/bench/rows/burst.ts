// B2: a reply of many small events, recorded and masked on its way, in megabytes a second.
import type { Row, Sized } from '../row.ts';
import { median } from '../timing.ts';
import { ask, openContest, requestOf, type Contest, type Route, writeReply } from '../upstream.ts';

const RUNS = 5;
const PASS_SHARE = 0.6;
const PEER_TIMES = 4;

export const row: Row = {
  id: 'B2',
  title: 'proxy: burst of small events, recorded and masked',
  run: async () => {
    let deltas = 0;
    const contest = await openContest((response) => writeReply(response, deltas), true);
    try {
      const speeds = new Map<Route['name'], Sized[]>();
      for (deltas of [2000, 20_000])
        for (const [name, value] of await measure(contest))
          speeds.set(name, [...(speeds.get(name) ?? []), { size: deltas, value }]);
      const speedOf = (name: Route['name']): number => speeds.get(name)?.at(-1)?.value ?? 0;
      const wanted = Math.max(
        PASS_SHARE * speedOf('pass-through'),
        PEER_TIMES * speedOf('mitmproxy'),
      );
      return [...speeds].map(([what, sizes]) => ({
        what,
        unit: 'MB/s' as const,
        of: 'events',
        sizes,
        bar: what === 'aitrail' ? wanted : null,
        isMoreBetter: true,
      }));
    } finally {
      await contest.close();
    }
  },
};

async function measure(contest: Contest): Promise<ReadonlyMap<Route['name'], number>> {
  const speeds = new Map<Route['name'], number[]>();
  for (let run = 0; run <= RUNS; run += 1)
    for (const route of contest.routes) {
      const { bytes, totalMs } = await ask(route, requestOf(1000, String(run)));
      if (run > 0)
        speeds.set(route.name, [...(speeds.get(route.name) ?? []), bytes / 1000 / totalMs]);
    }
  return new Map([...speeds].map(([name, values]) => [name, median(values)]));
}
