// Grants of callers who bring a token of their identity provider and no session token: one for each such token.
import { hostname } from 'node:os';
import type { Identified } from '../../identity/identify.ts';
import type { Grant, Place } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';
import type { GrantRequest } from './grant-book.ts';

export interface BareCaller extends Identified {
  /** SHA-256 of the token, hex. */
  readonly digest: string;
}

interface Ways {
  readonly find: (name: string) => Promise<Grant | null>;
  readonly add: (asked: GrantRequest, name: string) => Promise<Grant>;
}

/** Somebody may be there to be waited for; a stopped or expired token is over. */
const KIND = { isUnattended: false, isStanding: false } as const;

const NOWHERE: Omit<Place, 'host'> = {
  repository: null,
  worktree: null,
  remote: null,
  branch: null,
  head: null,
};

/** @returns opens the caller's grant, or finds it; null where it was ended. */
export function openBareGrants(
  store: Pick<Store, 'findGrant'>,
  ways: Ways,
): (caller: BareCaller) => Promise<Grant | null> {
  const pending = new Map<string, Promise<Grant | null>>();
  const open = async ({ digest, principal, identity }: BareCaller): Promise<Grant | null> => {
    // no digest of anything: no session token can be found by it
    const name = `oidc:${digest}`;
    const found = await ways.find(name);
    if (found !== null) return found;
    if ((await store.findGrant(name)) !== null) return null;
    const place = { ...NOWHERE, host: hostname() };
    return ways.add({ principal, identity, place, agent: null, ...KIND }, name);
  };
  return (caller) => {
    const opening =
      pending.get(caller.digest) ?? open(caller).finally(() => void pending.delete(caller.digest));
    pending.set(caller.digest, opening);
    return opening;
  };
}
