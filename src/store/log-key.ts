// Keys that sign checkpoints: the log's own, and the witness's for other logs. Made on demand, private to the user.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../model/make-folder.ts';
import { formatSigner, parseSigner, type NoteSigner } from '../log/note.ts';
import { Fault } from '../model/fault.ts';

/** @throws Fault KEY_UNREADABLE. */
export const readLogKey = (home: string): NoteSigner => readNoteKey(home, 'log');

/** @throws Fault KEY_UNREADABLE. */
export const readWitnessKey = (home: string): NoteSigner => readNoteKey(home, 'witness');

function readNoteKey(home: string, use: 'log' | 'witness'): NoteSigner {
  const file = join(home, 'keys', `${use}.key`);
  const place = use === 'log' ? 'aitrail.local' : 'witness.aitrail.local';
  if (!existsSync(file)) makeKey(home, file, `${place}/${randomBytes(8).toString('hex')}`);
  const signer = parseSigner(readKey(file).trim());
  if (signer === null) throw new Fault('KEY_UNREADABLE', `log key ${file}: not a note key`);
  return signer;
}

function makeKey(home: string, file: string, name: string): void {
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  makeFolder(join(home, 'keys'));
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
