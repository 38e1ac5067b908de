// What people change about keys is a record, in the log of this machine or of the team that its configuration names.
import type { Caller } from '../../model/caller.ts';
import type { EventDetail } from '../../model/event.ts';
import { nameCaller } from '../keep/name-caller.ts';
import { recordEvent } from './record-event.ts';

/** Never throws: what was changed is changed. @param what the command. */
export async function noteChange(caller: Caller, what: string, facts: EventDetail): Promise<void> {
  const detail = { what, by: await nameCaller(caller), ...facts };
  await recordEvent(caller, { kind: 'changed', atMs: Date.now(), detail });
}
