// B3: the daemon's memory at its highest, after streams at once and after a large body. Linux says it in /proc.
import { readFileSync } from 'node:fs';
import type { Row, Sized } from '../row.ts';
import { ask, openContest, requestOf, type Answer, type Contest, writeReply } from '../upstream.ts';

const MEGABYTE = 1024 * 1024;
const BAR_MB = 150;
const DELTAS = 2000;

export const row: Row = {
  id: 'B3',
  title: 'proxy: highest memory of the daemon',
  run: async ({ isFull }) => {
    const streams: Sized[] = [];
    for (const size of [4, 32]) streams.push({ size, value: await afterStreams(size) });
    const bodies: Sized[] = [];
    for (const size of isFull ? [30, 300] : [10, 100])
      bodies.push({ size, value: await afterBody(size) });
    return [
      { what: 'streams at once', unit: 'MB', of: 'streams', sizes: streams, bar: BAR_MB },
      { what: 'one body', unit: 'MB', of: 'MiB', sizes: bodies, bar: BAR_MB },
    ];
  },
};

async function withContest(
  answer: Answer,
  act: (contest: Contest) => Promise<unknown>,
): Promise<number> {
  const contest = await openContest(answer);
  try {
    await act(contest);
    const status = readFileSync(`/proc/${String(contest.daemonPid)}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
  } finally {
    await contest.close();
  }
}

const routeOf = (contest: Contest): Contest['routes'][number] =>
  contest.routes.find(({ name }) => name === 'aitrail') ?? { name: 'aitrail', url: '' };

const afterStreams = (streams: number): Promise<number> =>
  withContest(
    (response) => writeReply(response, DELTAS),
    (contest) =>
      Promise.all(
        Array.from({ length: streams }, (_, at) =>
          ask(routeOf(contest), requestOf(50_000, String(at))),
        ),
      ),
  );

/** Not a stream of events: bytes as a download has them. */
const afterBody = (megabytes: number): Promise<number> =>
  withContest(
    (response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      const piece = Buffer.alloc(MEGABYTE, 'body ');
      const writeFrom = (at: number): void => {
        if (at === megabytes) response.end();
        else if (response.write(piece)) setImmediate(writeFrom, at + 1);
        else response.once('drain', () => writeFrom(at + 1));
      };
      writeFrom(0);
    },
    (contest) => ask(routeOf(contest), requestOf(1000, 'body')),
  );
