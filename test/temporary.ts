// What a run leaves in the system's temporary folder goes with it: each run has one of its own.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Vitest's globalSetup; workers inherit the environment. The name is short: sockets lie in there. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 't-'));
  chmodSync(folder, 0o711); // the database runs as another user, and has its own in there
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
