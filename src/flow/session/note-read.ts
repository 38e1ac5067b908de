// The access log: who looked at recordings, with which command, and at which record. Never what was searched for.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import { nameCaller } from '../keep/name-caller.ts';
import { loadPolicy } from '../policy/load-policy.ts';
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
    // what a repository says counts for nothing here
    if (!(await loadPolicy(caller, null)).isAccessLogged) return;
    const records = words.filter((word) => RECORD.test(word));
    const by = await nameCaller(caller);
    await recordEvent(caller, { kind: 'read', atMs: Date.now(), detail: { verb, records, by } });
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
  }
}
