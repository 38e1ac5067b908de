// B9: verify a range of commits that all have signed notes with log proofs.
import { join } from 'node:path';
import { ENTRY, openPlace } from '../place.ts';
import type { Row, Sized } from '../row.ts';
import { makeSignedHistory } from '../signed-history.ts';
import { median, timeProgram } from '../timing.ts';

const RUNS = 3;
const BAR_COMMITS = 10_000;
const BAR_MS = 5000;

export const row: Row = {
  id: 'B9',
  title: 'aitrail verify of a range',
  run: async ({ isFull }) => {
    const sizes: Sized[] = [];
    for (const commits of isFull ? [1000, BAR_COMMITS] : [100, 400])
      sizes.push({ size: commits, value: await measure(commits) });
    const [small, large] = sizes;
    const each =
      small === undefined || large === undefined
        ? Number.NaN
        : (large.value - small.value) / (large.size - small.size);
    return [
      { what: 'aitrail verify', unit: 'ms', of: 'commits', sizes, bar: isFull ? BAR_MS : null },
      {
        what: 'each further commit',
        unit: 'ms',
        of: 'commits',
        sizes: [{ size: sizes.at(-1)?.size ?? 0, value: each }],
        bar: BAR_MS / BAR_COMMITS,
      },
    ];
  },
};

async function measure(count: number): Promise<number> {
  const place = openPlace();
  try {
    const args = [ENTRY, 'verify', await makeSignedHistory(place, 'signed', count)];
    const { env } = place;
    const cwd = join(place.dir, 'signed');
    const times = Array.from({ length: RUNS }, () =>
      timeProgram({ command: process.execPath, args, cwd, env }),
    );
    return median(times);
  } finally {
    place.remove();
  }
}
