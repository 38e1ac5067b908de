// The access log: who looked at recordings, with which command, and at which record. Never what was searched for.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { organisationFile, stateHome, userConfigFile } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import { nameCaller } from '../keep/name-caller.ts';
import { recordEvent } from './record-event.ts';

/** Ids of ours; anything else may be anything. */
const RECORD = /^[sx][0-9a-hjkmnp-tv-z]{2,12}$/;

/** Never throws: an answer that was given stands, and the log says what it can. */
export async function noteRead(
  caller: Caller,
  verb: string,
  words: readonly string[],
): Promise<void> {
  if (!existsSync(join(stateHome(caller.env), 'store.db'))) return;
  try {
    if (!(await isLogged(caller))) return;
    const records = words.filter((word) => RECORD.test(word));
    const by = await nameCaller(caller);
    await recordEvent(caller, { kind: 'read', atMs: Date.now(), detail: { verb, records, by } });
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
  }
}

/** What a repository says counts for nothing here. A file that does not even name the key need not be understood for it. */
async function isLogged(caller: Caller): Promise<boolean> {
  const files = [userConfigFile(caller.env), organisationFile(caller.env).path];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  if (!texts.some((text) => text.includes('accessLog'))) return true;
  const { loadPolicy } = await import('../policy/load-policy.ts');
  return (await loadPolicy(caller, null)).isAccessLogged;
}
