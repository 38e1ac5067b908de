// The key that signs this store's log: made on demand, private to the user, one per store.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatSigner, parseSigner, type NoteSigner } from '../log/note.ts';
import { Fault } from '../model/fault.ts';

/** @throws Fault KEY_UNREADABLE. */
export function readLogKey(home: string): NoteSigner {
  const file = join(home, 'keys', 'log.key');
  if (!existsSync(file)) makeKey(home, file);
  const signer = parseSigner(readKey(file).trim());
  if (signer === null) throw new Fault('KEY_UNREADABLE', `log key ${file}: not a note key`);
  return signer;
}

function makeKey(home: string, file: string): void {
  const name = `aitrail.local/${randomBytes(8).toString('hex')}`;
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  mkdirSync(join(home, 'keys'), { recursive: true, mode: 0o700 });
  writeFileSync(fresh, `${formatSigner({ name, seed: randomBytes(32) })}\n`, { mode: 0o600 });
  try {
    // whole or not at all, and never over a key that another process has just made
    linkSync(fresh, file);
  } catch (thrown) {
    if (!existsSync(file)) throw thrown;
  } finally {
    rmSync(fresh, { force: true });
  }
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('KEY_UNREADABLE', `log key ${file}: ${why}`, { cause });
  }
}
