// Records in the order of the log: what is there, and then what comes. A record has its index when it is complete, so that
// whoever remembers the last one misses nothing, whatever restarts in between.
import { setTimeout as sleep } from 'node:timers/promises';
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import type { EventRecord } from '../../model/event.ts';
import { isFault } from '../../model/fault.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import type { Exchange, Session } from '../../model/session.ts';
import { openStore } from '../../store/open-store.ts';
import type { CommitRecord, LogEntry, Store } from '../../store/store.ts';
import type { SessionFilter } from '../session/find-sessions.ts';

export interface LogPlace {
  readonly index: number;
  /** Hex. */
  readonly leafHash: string;
}

export type LoggedRecord =
  | {
      readonly kind: 'exchange';
      readonly log: LogPlace;
      readonly session: Session;
      readonly exchange: Exchange;
      readonly commits: readonly CommitRecord[];
    }
  | { readonly kind: 'event'; readonly log: LogPlace; readonly event: EventRecord };

export interface FollowQuery {
  /** Log index to begin at. */
  readonly from: number;
  readonly filter: SessionFilter;
  /** Ends the following; null: ends with what is there. */
  readonly stop: AbortSignal | null;
}

/** Takes records in order; the next index is where to go on. */
export type TakeRecords = (
  records: readonly LoggedRecord[],
  next: number,
  store: Store,
) => Promise<void>;

const TOGETHER = 100;
const LOOK_MS = 500;

/** How far it went. */
interface Course {
  next: number;
  /** Records that `limit` leaves. */
  left: number;
}

/** @throws Fault STORE_UNREADABLE, STORE_NEWER where it is not following, and what `take` throws. */
export async function followLog(
  caller: Caller,
  query: FollowQuery,
  take: TakeRecords,
): Promise<void> {
  const course: Course = { next: query.from, left: query.filter.limit ?? Infinity };
  do {
    // opened anew where it was not there yet, or another version took it over
    const store = await open(caller, query.stop !== null);
    if (store !== null) await readOn(store, { query, course, take });
    await pause(query.stop);
  } while (!isOver(query, course));
}

const isOver = ({ stop }: FollowQuery, { left }: Course): boolean =>
  stop === null || stop.aborted || left <= 0;

interface Work {
  readonly query: FollowQuery;
  readonly course: Course;
  readonly take: TakeRecords;
}

/** As long as the store can be read, or to the end of what is there. */
async function readOn(store: Store, work: Work): Promise<void> {
  const { query, course } = work;
  try {
    do {
      const size = await store.logSize();
      await readTo(store, size, work);
      if (size === 0) return;
      await pause(query.stop);
    } while (!isOver(query, course));
  } catch (thrown) {
    const isAway = isFault(thrown) && thrown.code.startsWith('STORE_');
    if (query.stop === null || !isAway) throw thrown;
  } finally {
    await store.close();
  }
}

async function readTo(store: Store, size: number, { query, course, take }: Work): Promise<void> {
  while (course.next < size && query.stop?.aborted !== true && course.left > 0) {
    const count = Math.min(TOGETHER, size - course.next);
    const entries = await store.readLog(course.next, count);
    const records = await readRecords(store, entries, query.filter);
    const taken = records.slice(0, course.left);
    const isCut = taken.length < records.length;
    const next = isCut ? (taken.at(-1)?.log.index ?? course.next) + 1 : course.next + count;
    await take(taken, next, store);
    course.next = next;
    course.left -= taken.length;
  }
}

async function open(caller: Caller, isPatient: boolean): Promise<Store | null> {
  try {
    return await openStore({ home: stateHome(caller.env), mode: 'read' });
  } catch (thrown) {
    if (isPatient && isFault(thrown)) return null;
    throw thrown;
  }
}

async function pause(stop: AbortSignal | null): Promise<void> {
  if (stop !== null) await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => undefined); // told to stop
}

/** A leaf, and what it says of itself. */
interface Read {
  readonly kind: string | null;
  readonly id: string;
  readonly atMs: number;
  readonly log: LogPlace;
}

async function readRecords(
  store: Store,
  entries: readonly LogEntry[],
  filter: SessionFilter,
): Promise<readonly LoggedRecord[]> {
  const leaves = entries.map(readLeaf);
  const events = await readEvents(store, leaves, filter);
  const found = await Promise.all(
    leaves.map((leaf) =>
      leaf.kind === 'exchange'
        ? readExchange(store, leaf, filter)
        : Promise.resolve(events.get(leaf.id) ?? null),
    ),
  );
  return found.filter((record) => record !== null);
}

function readLeaf({ index, data, leafHash }: LogEntry): Read {
  const leaf = parseJson(Buffer.from(data).toString('utf8'));
  return {
    kind: stringAt(leaf, 'kind'),
    id: stringAt(leaf, 'id') ?? '',
    atMs: Date.parse(stringAt(leaf, 'at') ?? ''),
    log: { index, leafHash: Buffer.from(leafHash).toString('hex') },
  };
}

/** null: pruned, or not asked for. */
async function readExchange(
  store: Store,
  { id, log }: Read,
  filter: SessionFilter,
): Promise<LoggedRecord | null> {
  const exchange = await store.findExchange(id);
  const session = exchange === null ? null : await store.findSession(exchange.session);
  if (exchange === null || session === null || !fits(exchange, session, filter)) return null;
  return {
    kind: 'exchange',
    log,
    session,
    exchange,
    commits: await store.findCommits(exchange.id),
  };
}

/** Events are of nobody's session: a filter that names one asks for none. */
async function readEvents(
  store: Store,
  leaves: readonly Read[],
  { user, repository, agent, model, sinceMs = 0, untilMs = Infinity }: SessionFilter,
): Promise<ReadonlyMap<string, LoggedRecord>> {
  const wanted = new Map(
    leaves.filter(({ kind }) => kind === 'event').map((leaf) => [leaf.id, leaf.log]),
  );
  const found = new Map<string, LoggedRecord>();
  if (wanted.size === 0 || [user, repository, agent, model].some((each) => each !== undefined))
    return found;
  const firstMs = Math.min(...leaves.flatMap(({ kind, atMs }) => (kind === 'event' ? [atMs] : [])));
  for (const event of await store.listEvents({
    sinceMs: firstMs,
    limit: Number.MAX_SAFE_INTEGER,
  })) {
    const log = wanted.get(event.id);
    if (log !== undefined && event.atMs >= sinceMs && event.atMs <= untilMs)
      found.set(event.id, { kind: 'event', log, event });
  }
  return found;
}

const fits = (exchange: Exchange, session: Session, filter: SessionFilter): boolean =>
  isSession(session, filter) &&
  (filter.model === undefined || exchange.model === filter.model) &&
  exchange.startedAtMs >= (filter.sinceMs ?? -Infinity) &&
  exchange.startedAtMs <= (filter.untilMs ?? Infinity);

const holds = (text: string, part: string): boolean =>
  text.toLowerCase().includes(part.toLowerCase());

function isSession({ principal, agent, place }: Session, filter: SessionFilter): boolean {
  const who = `${principal.name}\n${principal.email}`;
  const { user, repository } = filter;
  const isPlace =
    repository === undefined ||
    [place.repository, place.worktree].includes(repository) ||
    holds(place.remote ?? '', repository);
  return (
    isPlace &&
    (user === undefined || holds(who, user)) &&
    (filter.agent === undefined || agent === filter.agent)
  );
}
