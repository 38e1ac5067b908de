// aitrail witness: this machine's witness, shown and started.
import { stateHome } from '../../config/places.ts';
import { formatWitnessKey, witnessKey } from '../../log/cosignature.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { readWitnessKey } from '../../store/log-key.ts';
import { serveWitness, type WitnessDoor, type WitnessPlace } from './serve-witness.ts';
import { openWitnessBook, readWatched, watchLog as watch } from './witness-book.ts';

/** @throws Fault KEY_UNREADABLE. */
export function showWitness(caller: Caller): {
  readonly vkey: string;
  readonly logs: readonly string[];
} {
  const home = stateHome(caller.env);
  return { vkey: formatWitnessKey(witnessKey(readWitnessKey(home))), logs: readWatched(home) };
}

/** @returns false where it was watched already. @throws Fault USAGE. */
export const watchLog = (caller: Caller, vkey: string): boolean =>
  watch(stateHome(caller.env), vkey);

/** @throws Fault STORE_LOCKED where another witness has this state, PORT_BUSY. */
export async function startWitness(caller: Caller, place: WitnessPlace): Promise<WitnessDoor> {
  const book = openWitnessBook(stateHome(caller.env));
  try {
    const door = await serveWitness(book, place);
    return {
      url: door.url,
      close: async () => {
        await door.close();
        book.close();
      },
    };
  } catch (cause) {
    book.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('PORT_BUSY', `${place.host}:${place.port}: ${why}`, { cause });
  }
}
