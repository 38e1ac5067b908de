// Medians of repeated runs. What is compared is run in turn, so that a busy machine slows both.
import { spawnSync } from 'node:child_process';

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** @param share 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

/** Milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Exit statuses that are answers. Default: 0 only. */
  readonly okExits?: readonly number[];
  /** What it reads on standard input. */
  readonly input?: string;
}

/** Milliseconds of one process. @throws where it ends otherwise than asked. */
export function timeProgram(program: Program): number {
  const { command, args, cwd, env, okExits = [0], input = '' } = program;
  const start = performance.now();
  const ended = spawnSync(command, args, { cwd, env, input, stdio: ['pipe', 'ignore', 'pipe'] });
  const ms = performance.now() - start;
  if (!okExits.includes(ended.status ?? -1))
    throw new Error(
      `${command} ${args.join(' ')}: ${String(ended.status)} ${String(ended.stderr)}`,
    );
  return ms;
}

/** @returns milliseconds of each contestant's runs, in turn, after one run of each that does not count. */
export async function inTurn<Name extends string>(
  runs: number,
  contestants: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const names = Object.keys(contestants);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  const entries = Object.entries<() => number | Promise<number>>(contestants);
  for (let round = 0; round <= runs; round += 1)
    for (const [name, run] of entries) {
      const ms = await run();
      if (round > 0) times.get(name)?.push(ms);
    }
  return times;
}

export const medianOf = (times: ReadonlyMap<string, readonly number[]>, name: string): number =>
  median(times.get(name) ?? []);

/** Is there such a peer on this machine? */
export const isInstalled = (command: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
