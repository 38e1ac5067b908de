// Session tokens: made here, known by their digest alone, kept in memory while they are used.
import { isWritten } from '../../model/edit.ts';
import { randomBytes } from 'node:crypto';
import { isMaskedToAgent } from '../../model/secret.ts';
import type { Identity } from '../../model/context.ts';
import type { Grant, Place, Principal } from '../../model/session.ts';
import { newGrantId } from '../../store/ids.ts';
import type { Store } from '../../store/store.ts';
import { type BareGrants, openBareGrants } from './bare-grants.ts';
import { openStopBook } from './stop-book.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** A token dies this long after its last use … */
const IDLE_MS = 12 * 60 * 60 * 1000;
/** … and one that stands in a client's settings not before it is ended. */
const STANDING_MS = 100 * 365 * 24 * 60 * 60 * 1000;
/** How often the last use is written down. */
const TOUCH_MS = 60_000;
/** How long a grant of a shared store counts as it was read. */
const FRESH_MS = 500;

/** What a session did, for the line that `aitrail run` ends with. */
export interface Tally {
  readonly sessions: Set<string>;
  exchanges: number;
  edits: number;
  masked: number;
  /** What rules decided, a line each. */
  readonly notices: string[];
}

export interface GrantRequest {
  readonly principal: Principal;
  readonly identity: Identity;
  readonly place: Place;
  readonly agent: string | null;
  /** CI: nobody is there who could be waited for. */
  readonly isUnattended: boolean;
  /** Until it is ended. */
  readonly isStanding: boolean;
}

export interface OpenedGrant {
  readonly id: string;
  /** Shown once, stored nowhere. */
  readonly token: string;
}

export interface GrantBook {
  open(asked: GrantRequest): Promise<OpenedGrant>;
  /** Of callers without a session token. */
  readonly bare: BareGrants;
  /** @returns null for unknown, ended and expired ones. */
  find(tokenSha256: string): Promise<Grant | null>;
  end(id: string): Promise<Tally>;
  /** Ends the token for good and cuts what is under way with it. */
  stop(id: string): Promise<void>;
  /** The same for a token that somebody else has ended. */
  cut(id: string): void;
  /** Aborts when the grant is stopped. */
  stopOf(id: string): AbortSignal;
  tally(id: string): Tally;
  /** Known to the daemon alone that opened it: the next one waits, which costs no more than time. */
  isUnattended(id: string): boolean;
  /** Is there a token that may still be used? */
  hasLive(): boolean;
}

interface Known {
  readonly grant: Grant;
  readonly lifeMs: number;
  usedAtMs: number;
  touchedAtMs: number;
  /** When the store said so. */
  readonly readAtMs: number;
}

/** @param isShared others open and end grants in the same store. */
export function openGrantBook(store: Store, isShared: boolean = false): GrantBook {
  const known = new Map<string, Known>();
  const tallies = new Map<string, Tally>();
  const unattended = new Set<string>();
  const stops = openStopBook();
  const forget = (id: string): void => forgetGrant(known, id);
  const cut = (id: string): void => {
    forget(id);
    stops.stop(id);
  };
  const stop = (id: string): Promise<void> => (cut(id), store.endGrant(id, Date.now()));
  const add = async (asked: GrantRequest, tokenSha256: string): Promise<Grant> => {
    const grant = makeGrant(asked, tokenSha256);
    await store.addGrant(grant);
    // somebody else may have been first with the same token
    const entry = (isShared ? await readGrant(store, tokenSha256) : null) ?? remember(grant);
    known.set(tokenSha256, entry);
    return entry.grant;
  };
  const find = async (tokenSha256: string): Promise<Grant | null> => {
    const entry = await readEntry({ store, known, isShared }, tokenSha256);
    if (entry !== null) use(store, entry);
    return entry?.grant ?? null;
  };
  return {
    tally: (id) => tallyOf(tallies, id),
    isUnattended: (id) => unattended.has(id),
    open: async (asked) => {
      const token = randomBytes(24).toString('base64url');
      const { id } = await add(asked, sha256Hex(token));
      if (asked.isUnattended) unattended.add(id);
      return { id, token };
    },
    bare: openBareGrants(store, { find, add, stop }),
    find,
    end: async (id) => {
      unattended.delete(id);
      forget(id);
      stops.forget(id);
      await store.endGrant(id, Date.now());
      const total = tallyOf(tallies, id);
      tallies.delete(id);
      return recount(store, id, total);
    },
    stop,
    cut,
    stopOf: stops.of,
    hasLive: () => [...known.values()].some(isLive),
  };
}

function forgetGrant(known: Map<string, Known>, id: string): void {
  for (const [digest, entry] of known) if (entry.grant.id === id) known.delete(digest);
}

interface Reading {
  readonly store: Store;
  readonly known: Map<string, Known>;
  readonly isShared: boolean;
}

/** @returns a grant that is live; null where there is none. */
async function readEntry(
  { store, known, isShared }: Reading,
  tokenSha256: string,
): Promise<Known | null> {
  const last = known.get(tokenSha256);
  const isFresh = last !== undefined && !(isShared && Date.now() - last.readAtMs > FRESH_MS);
  const entry = isFresh ? last : await readGrant(store, tokenSha256);
  if (entry === null || !isLive(entry)) {
    known.delete(tokenSha256);
    return null;
  }
  if (last !== undefined) entry.touchedAtMs = Math.max(entry.touchedAtMs, last.touchedAtMs);
  known.set(tokenSha256, entry);
  return entry;
}

function tallyOf(tallies: Map<string, Tally>, id: string): Tally {
  const nothing = { exchanges: 0, edits: 0, masked: 0, notices: [] };
  const found = tallies.get(id) ?? { sessions: new Set(), ...nothing };
  tallies.set(id, found);
  return found;
}

const isLive = (entry: Known): boolean => Date.now() - entry.usedAtMs < entry.lifeMs;

function use(store: Store, entry: Known): void {
  const nowMs = Date.now();
  entry.usedAtMs = nowMs;
  if (nowMs - entry.touchedAtMs < TOUCH_MS) return;
  entry.touchedAtMs = nowMs;
  // a use that is not written down costs a token that dies early after a restart, no more
  store.touchGrant(entry.grant.id, nowMs).catch(() => undefined);
}

/** What a daemon counted that was killed stands in the store alone. */
async function recount(store: Store, id: string, counted: Tally): Promise<Tally> {
  const sessions = (await store.listSessions({})).filter(({ grant }) => grant === id);
  const stored = sessions.reduce((sum, { exchanges }) => sum + exchanges, 0);
  if (stored <= counted.exchanges) return counted;
  const lists = await Promise.all(sessions.map((session) => store.listExchanges(session.id)));
  const exchanges = lists.flat();
  const edits = await Promise.all(exchanges.map((one) => store.listEmissions(one.id)));
  return {
    sessions: new Set(sessions.map((session) => session.id)),
    exchanges: exchanges.length,
    edits: edits.flat().filter(isWritten).length,
    masked: exchanges.flatMap(({ masks }) => masks.filter(isMaskedToAgent)).length,
    notices: counted.notices,
  };
}

function makeGrant(
  { principal, identity, place, agent, isStanding }: GrantRequest,
  tokenSha256: string,
): Grant {
  const nowMs = Date.now();
  return {
    principal,
    identity,
    place,
    agent,
    id: newGrantId(),
    tokenSha256,
    openedAtMs: nowMs,
    lastUsedAtMs: nowMs,
    expiresAtMs: nowMs + (isStanding ? STANDING_MS : IDLE_MS),
    endedAtMs: null,
  };
}

const remember = (grant: Grant): Known => ({
  grant,
  lifeMs: grant.expiresAtMs - grant.lastUsedAtMs,
  usedAtMs: grant.lastUsedAtMs,
  touchedAtMs: grant.lastUsedAtMs,
  readAtMs: Date.now(),
});

async function readGrant(store: Store, tokenSha256: string): Promise<Known | null> {
  const grant = await store.findGrant(tokenSha256);
  return grant === null || grant.endedAtMs !== null ? null : remember(grant);
}
