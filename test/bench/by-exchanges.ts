// What rows about recordings share: their two sizes, and commands as people type them.
import { ENTRY } from './place.ts';
import type { Scale } from './row.ts';
import { median, timeProgram } from './timing.ts';

const BAR_EXCHANGES = 100_000;
const FULL_EXCHANGES = 1_000_000;

export const exchangeCounts = ({ isFull }: Scale): readonly number[] =>
  isFull ? [BAR_EXCHANGES, FULL_EXCHANGES] : [BAR_EXCHANGES / 10, BAR_EXCHANGES];

export interface Desk {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly runs: number;
}

/** @param asked words behind `aitrail`, by what they are. @returns milliseconds, Node's start included. */
export const timeCommands = (
  asked: readonly (readonly [string, readonly string[]])[],
  { cwd, env, runs }: Desk,
): Map<string, number> =>
  new Map(
    asked.map(([what, args]) => {
      const program = { command: process.execPath, args: [ENTRY, ...args], cwd, env };
      return [what, median(Array.from({ length: runs }, () => timeProgram(program)))];
    }),
  );
