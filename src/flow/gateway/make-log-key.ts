// A new key for a team's log.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { formatSigner, formatVkey, noteKey } from '../../log/note.ts';
import { Fault } from '../../model/fault.ts';

/**
 * Writes the key, never over another one.
 *
 * @returns the verifier key: what everybody may know. @throws Fault OUT_UNWRITABLE.
 */
export async function makeLogKey(file: string): Promise<string> {
  const signer = {
    name: `log.aitrail.local/${randomBytes(8).toString('hex')}`,
    seed: randomBytes(32),
  };
  try {
    await writeFile(file, `${formatSigner(signer)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('OUT_UNWRITABLE', why, { cause });
  }
  return formatVkey(noteKey(signer));
}
