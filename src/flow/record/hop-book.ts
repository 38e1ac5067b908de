// The proxy that the upstreams of a session are reached through: what HTTPS_PROXY and its relatives said where the session
// was opened. It may hold a password, so it lives in memory alone; a daemon that was started again goes by its own
// environment.
import type { Grant } from '../../model/session.ts';
import { type Hop, type HopRules, NO_HOPS, ownProxyToken, pickHop } from '../../proxy/hops.ts';
import type { GrantBook } from '../session/grant-book.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface HopBook {
  /** What the environment said in which the session was opened. */
  tell(grant: string, rules: HopRules): Promise<void>;
  forget(grant: string): void;
  /** @param origin of the upstream. @returns null where it is asked directly. */
  of(grant: Grant, origin: string): Hop | null;
}

const GRANTS_MAX = 500;

/** @param own of the daemon's environment, `withoutUs`. */
export function openHopBook(own: HopRules, grants: Pick<GrantBook, 'find'>): HopBook {
  const told = new Map<string, HopRules>();
  /** A session that is opened within another names our own port: what counts is what the outer one was told. */
  const outer = async (proxy: string | null): Promise<HopRules | null> => {
    const token = proxy === null ? null : ownProxyToken(proxy);
    if (token === null) return null;
    const grant = await grants.find(sha256Hex(token));
    return (grant === null ? null : told.get(grant.id)) ?? own;
  };
  return {
    tell: async (grant, rules) => {
      const known = (await outer(rules.https)) ?? (await outer(rules.http)) ?? rules;
      told.set(grant, known);
      for (const oldest of told.keys()) if (told.size > GRANTS_MAX) told.delete(oldest);
    },
    forget: (grant) => void told.delete(grant),
    of: ({ id }, origin) => pickHop(told.get(id) ?? own, origin),
  };
}

/** What the environment says of other proxies than our own. */
export const withoutUs = (rules: HopRules): HopRules =>
  [rules.https, rules.http].some((proxy) => proxy !== null && ownProxyToken(proxy) !== null)
    ? NO_HOPS
    : rules;
