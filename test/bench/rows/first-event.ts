// B1: what a proxy adds to the time until the first event, 32 streams at once, requests of 50 kB.
import type { Figure, Row } from '../row.ts';
import { quantile } from '../timing.ts';
import { ask, openContest, requestOf, type Contest, type Route, writeReply } from '../upstream.ts';

const ROUNDS = 6;
const REQUEST_BYTES = 50_000;
const DELTAS = 20;

export const row: Row = {
  id: 'B1',
  title: 'proxy: added time to the first event, requests of 50 kB',
  run: async () => {
    const contest = await openContest((response) => writeReply(response, DELTAS), true);
    try {
      const measured: Measured[] = [];
      for (const streams of [4, 32])
        measured.push({ streams, times: await measure(contest, streams) });
      return figuresOf(measured);
    } finally {
      await contest.close();
    }
  },
};

type Times = ReadonlyMap<Route['name'], readonly number[]>;

interface Measured {
  readonly streams: number;
  readonly times: Times;
}

async function measure(contest: Contest, streams: number): Promise<Times> {
  const times = new Map<Route['name'], number[]>();
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const route of contest.routes) {
      const heard = await Promise.all(
        Array.from({ length: streams }, (_, at) =>
          ask(route, requestOf(REQUEST_BYTES, `${String(streams)}/${String(round)}/${String(at)}`)),
        ),
      );
      // the first round warms up
      if (round > 0)
        times.set(route.name, [
          ...(times.get(route.name) ?? []),
          ...heard.map((one) => one.firstMs),
        ]);
    }
  return times;
}

const added = (times: Times, name: Route['name'], share: number): number =>
  quantile(times.get(name) ?? [], share) - quantile(times.get('direct') ?? [], share);

/** Half as much again as a bare pass-through; at the median a fifth of what mitmproxy adds, where that is less. */
function barOf(times: Times, share: number): number {
  const bare = 1.5 * added(times, 'pass-through', share);
  return share === 0.5 && times.has('mitmproxy')
    ? Math.min(bare, added(times, 'mitmproxy', share) / 5)
    : bare;
}

function figuresOf(measured: readonly Measured[]): readonly Figure[] {
  const last: Times = measured.at(-1)?.times ?? new Map();
  const names = [...last.keys()].filter((name) => name !== 'direct');
  return [0.5, 0.99].flatMap((share) =>
    names.map((name) => ({
      what: `added at p${String(share * 100)}: ${name}`,
      unit: 'ms' as const,
      of: 'streams at once',
      sizes: measured.map(({ streams, times }) => ({
        size: streams,
        value: added(times, name, share),
      })),
      bar: name === 'aitrail' ? barOf(last, share) : null,
    })),
  );
}
