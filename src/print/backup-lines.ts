// What a backup holds, for programs.
import { timestamp } from './moments.ts';

interface Facts {
  readonly origin: string;
  readonly vkey: string;
  readonly size: number;
  readonly atMs: number;
  readonly version: string;
}

/** `aitrail.backup/1`, `aitrail.restore/1`. */
export const backupDocument = (
  what: 'backup' | 'restore',
  { origin, vkey, size, atMs, version }: Facts,
): object => ({ schema: `aitrail.${what}/1`, origin, vkey, size, at: timestamp(atMs), version });
