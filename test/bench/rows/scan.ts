// B7: scanning a tree of real packages, the whole program on one thread, beside gitleaks and betterleaks where installed.
import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ENTRY, openPlace, type Place } from '../place.ts';
import { measureSizes, type Figure, type Row, type Sized } from '../row.ts';
import { inTurn, isInstalled, medianOf, timeProgram, type Program } from '../timing.ts';

const RUNS = 3;
const MB = 1_000_000;

export const row: Row = {
  id: 'B7',
  title: 'scan a tree (files of node_modules, by name)',
  run: async ({ isFull }) => {
    return figuresOf(await measureSizes(isFull ? [25, 100] : [5, 20], measure));
  },
};

function figuresOf(speeds: ReadonlyMap<string, readonly Sized[]>): readonly Figure[] {
  const of = (name: string): number => speeds.get(name)?.at(-1)?.value ?? 0;
  const bar = Math.max(40, 10 * of('gitleaks'), 1.2 * of('betterleaks'));
  return [...speeds].map(([what, sizes]) => ({
    what,
    unit: 'MB/s' as const,
    of: 'MB',
    sizes,
    bar: what === 'aitrail scan' ? bar : null,
    isMoreBetter: true,
  }));
}

/** @returns MB/s by contestant. */
async function measure(megabytes: number): Promise<ReadonlyMap<string, number>> {
  const place = openPlace();
  try {
    const bytes = copyPackages(place, megabytes * MB);
    const times = await inTurn(RUNS, contestantsOf(place));
    const names = [...times.keys()];
    return new Map(names.map((name) => [name, bytes / MB / (medianOf(times, name) / 1000)]));
  } finally {
    place.remove();
  }
}

function contestantsOf(place: Place): Readonly<Record<string, () => number>> {
  const { env } = place;
  const run = (command: string, args: readonly string[]) => (): number =>
    timeProgram({ command, args, cwd: place.dir, env, okExits: [0, 1] } satisfies Program);
  const peers = ['gitleaks', 'betterleaks'].filter(isInstalled);
  return {
    'aitrail scan': run(process.execPath, [ENTRY, 'scan', 'tree']),
    ...Object.fromEntries(
      peers.map((peer) => [peer, run(peer, ['dir', 'tree', '--no-banner', '-l', 'error'])]),
    ),
  };
}

/** Files in the order of their names until enough are there. @returns bytes. */
function copyPackages(place: Place, wanted: number): number {
  const from = resolve(import.meta.dirname, '../../../node_modules');
  const files = readdirSync(from, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:[cm]?[jt]s|json|md)$/.test(path))
    .toSorted();
  let bytes = 0;
  mkdirSync(join(place.dir, 'tree'));
  for (const [index, path] of files.entries()) {
    if (bytes >= wanted) break;
    const facts = statSync(join(from, path));
    if (!facts.isFile()) continue;
    const folder = join(place.dir, 'tree', String(Math.floor(index / 200)));
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(from, path), join(folder, path.replaceAll(/[/@]/g, '-')));
    bytes += facts.size;
  }
  return bytes;
}
