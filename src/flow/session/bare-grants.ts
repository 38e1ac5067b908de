// Grants of callers who bring a token of their identity provider and no session token: one for each such token.
import { hostname } from 'node:os';
import type { Identified } from '../../identity/identify.ts';
import type { Grant, Place } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';
import type { GrantRequest } from './grant-book.ts';

export interface BareCaller extends Identified {
  /** Names the token, hex. */
  readonly digest: string;
}

interface Ways {
  readonly find: (name: string) => Promise<Grant | null>;
  readonly add: (asked: GrantRequest, name: string) => Promise<Grant>;
  readonly stop: (id: string) => Promise<void>;
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

export interface BareGrants {
  /** The caller's grant, made where there is none; null where it was ended. */
  readonly open: (caller: BareCaller) => Promise<Grant | null>;
  /** Nobody gets in with that token any more, and what is under way is cut. @returns the grant's id. */
  readonly end: (caller: BareCaller) => Promise<string>;
  /** Was the token ended before its time? */
  readonly isOver: (token: Pick<BareCaller, 'digest'>) => Promise<boolean>;
}

export function openBareGrants(store: Pick<Store, 'findGrant'>, ways: Ways): BareGrants {
  const pending = new Map<string, Promise<Grant | null>>();
  const open = async ({ digest, principal, identity }: BareCaller): Promise<Grant | null> => {
    const name = nameOf(digest);
    const found = await ways.find(name);
    if (found !== null) return found;
    // it is over, or another instance has made it since we looked
    if ((await store.findGrant(name)) !== null) return ways.find(name);
    const place = { ...NOWHERE, host: hostname() };
    return ways.add({ principal, identity, place, agent: null, ...KIND }, name);
  };
  return {
    open: (caller) => {
      const opening =
        pending.get(caller.digest) ??
        open(caller).finally(() => void pending.delete(caller.digest));
      pending.set(caller.digest, opening);
      return opening;
    },
    end: async (caller) => {
      const grant = (await store.findGrant(nameOf(caller.digest))) ?? (await open(caller));
      if (grant === null) throw new Error('a grant that is not there was ended');
      await ways.stop(grant.id);
      return grant.id;
    },
    isOver: async ({ digest }) => {
      const grant = await store.findGrant(nameOf(digest));
      return grant !== null && grant.endedAtMs !== null;
    },
  };
}

/** No digest of anything: no session token can be found by it. */
const nameOf = (digest: string): string => `oidc:${digest}`;
