// B0: what starting the program costs by itself, before it does anything: a row without a bar of its own.
import { ENTRY, makeRepository, openPlace, type Place } from '../place.ts';
import type { Figure, Row } from '../row.ts';
import { inTurn, medianOf, timeProgram } from '../timing.ts';
import { join } from 'node:path';

const RUNS = 9;

const STARTS = {
  'node -e 0': ['-e', '0'],
  'aitrail --version': [ENTRY, '--version'],
  'aitrail --help': [ENTRY, '--help'],
  'aitrail blame --help': [ENTRY, 'blame', '--help'],
  // nothing is staged: all that is left is loading
  'a hook without the daemon, nothing to check': [ENTRY, 'hook', 'pre-commit'],
} as const;

export const row: Row = {
  id: 'B0',
  title: 'start-up',
  run: async () => {
    const place = openPlace();
    try {
      makeRepository(place, 'repo');
      return await measure(place);
    } finally {
      place.remove();
    }
  },
};

async function measure({ dir, env }: Place): Promise<readonly Figure[]> {
  const contestants = Object.entries(STARTS).map(([what, args]) => {
    const program = { command: process.execPath, args, cwd: join(dir, 'repo'), env };
    return [what, () => timeProgram(program)] as const;
  });
  const times = await inTurn(RUNS, Object.fromEntries(contestants));
  return Object.keys(STARTS).map((what) => ({
    what,
    unit: 'ms',
    of: 'processes',
    sizes: [{ size: 1, value: medianOf(times, what) }],
    bar: null,
  }));
}
