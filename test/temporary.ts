// What a run leaves in the system's temporary folder goes with it: each run has one of its own.
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PREFIX = 't-';

/** Vitest's globalSetup, once for each project; workers inherit the environment. The name is short: sockets lie in there. */
export function setup(): (() => Promise<void>) | undefined {
  if (basename(tmpdir()).startsWith(PREFIX)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o711); // the database runs as another user, and has its own in there
  process.env['TMPDIR'] = folder;
  return () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
