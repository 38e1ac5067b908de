// Where a request comes from whose session is bound to no repository: a client that one setting leads here from
// everywhere says in its requests where it works.
import { stat } from 'node:fs/promises';
import type { Caller } from '../../model/caller.ts';
import type { Grant, Place } from '../../model/session.ts';
import { readPlace } from './open-session.ts';

export interface PlaceBook {
  /** @param directory absolute, as the client says it; null where it does not. @returns the grant's own place where it has one. */
  of(grant: Grant, directory: string | null): Promise<Place>;
}

/** A conversation asks many times a minute; branches change seldom. */
const KEPT_MS = 10_000;
const KEPT_MAX = 200;

export function openPlaceBook(caller: Caller): PlaceBook {
  const known = new Map<string, { readonly place: Promise<Place>; readonly atMs: number }>();
  return {
    of: async (grant, directory) => {
      if (grant.place.worktree !== null || directory === null) return grant.place;
      const kept = known.get(directory);
      if (kept !== undefined && Date.now() - kept.atMs < KEPT_MS) return kept.place;
      if (known.size >= KEPT_MAX) known.clear();
      const place = look(caller, directory, grant.place);
      known.set(directory, { place, atMs: Date.now() });
      return place;
    },
  };
}

async function look(caller: Caller, directory: string, otherwise: Place): Promise<Place> {
  const isHere = (await stat(directory).catch(() => null))?.isDirectory() === true;
  return isHere ? readPlace({ ...caller, cwd: directory }).catch(() => otherwise) : otherwise;
}
