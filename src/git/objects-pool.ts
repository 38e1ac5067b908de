// Readers that a long-lived process keeps for a while: to start git from a large process costs more than all that a hook
// reads. A reader sees what others write meanwhile: git looks again for objects that it does not find, and resolves refs
// anew each time.
import type { Caller } from '../model/caller.ts';
import { startObjects, useOpener, type Objects } from './objects.ts';

const IDLE_MS = 20_000;
const READERS_MAX = 8;

interface Reader {
  readonly objects: Objects;
  readonly rest: NodeJS.Timeout;
  leases: number;
}

/** Makes `openObjects` of this process keep readers. @returns what ends them all, and the keeping. */
export function keepReaders(): () => void {
  const readers = new Map<string, Reader>();
  const end = (key: string): void => {
    const reader = readers.get(key);
    readers.delete(key);
    if (reader === undefined) return;
    clearTimeout(reader.rest);
    reader.objects.close();
  };
  const find = (caller: Caller): Reader => {
    const key = keyOf(caller);
    const kept = readers.get(key);
    if (kept?.objects.isOpen() === true) return kept;
    end(key);
    if (readers.size >= READERS_MAX) endLongestIdle(readers, end);
    const made: Reader = {
      objects: startObjects(caller),
      rest: setTimeout(() => made.leases === 0 && end(key), IDLE_MS).unref(),
      leases: 0,
    };
    readers.set(key, made);
    return made;
  };
  const stop = useOpener((caller) => lease(() => find(caller)));
  return () => {
    stop();
    for (const key of readers.keys()) end(key);
  };
}

/** The map is in order of opening; a reader that is at work is not ended. */
function endLongestIdle(readers: ReadonlyMap<string, Reader>, end: (key: string) => void): void {
  for (const [key, { leases }] of readers) {
    if (leases > 0) continue;
    end(key);
    return;
  }
}

/** @param find a reader that is there; asked again where the first one's git has ended since. */
function lease(find: () => Reader): Objects {
  let reader = find();
  let isClosed = false;
  const giveBack = (): void => {
    reader.leases -= 1;
    reader.rest.refresh();
  };
  reader.leases += 1;
  return {
    isOpen: () => !isClosed,
    read: async (spec) => {
      try {
        return await reader.objects.read(spec);
      } catch (thrown) {
        if (isClosed || reader.objects.isOpen()) throw thrown;
        giveBack();
        reader = find();
        reader.leases += 1;
        return reader.objects.read(spec);
      }
    },
    close: () => {
      if (!isClosed) giveBack();
      isClosed = true;
    },
  };
}

/** Git's variables that change what is written, never what is read by id or by ref. */
const OTHER = /^GIT_(?:AUTHOR|COMMITTER|INDEX_FILE|PREFIX|EDITOR|REFLOG_ACTION|ASKPASS|PAGER)/;

const keyOf = ({ cwd, env }: Caller): string =>
  JSON.stringify([
    cwd,
    ...['HOME', 'XDG_CONFIG_HOME'].map((name) => env[name] ?? null),
    ...Object.entries(env)
      .filter(([name]) => name.startsWith('GIT_') && !OTHER.test(name))
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  ]);
