// Leaves of this machine's log → what the gateway is sent of them.
import { openMarkBook } from '../../model/event-marks.ts';
import type { Emission } from '../../model/edit.ts';
import type { LoggedEvent } from '../../model/event.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import type {
  ReportedCommit,
  ReportedEmission,
  ReportedExchange,
  ReportedRecord,
} from '../../model/reporting.ts';
import { eventRecord } from '../../store/event-row.ts';
import { nameOf } from '../../store/leaf-name.ts';
import type { LogEntry, Store } from '../../store/store.ts';

/** How much goes with one request, by the bytes of bodies. */
const BYTES_AT_ONCE = 1024 * 1024;
/** An exchange with more stays here, but for its digests: no gateway takes so large a request. */
const BODY_BYTES_MAX = 96 * 1024 * 1024;

export interface Batch {
  readonly records: readonly ReportedRecord[];
  /** Where to go on. */
  readonly next: number;
}

/** As many as fit into one request, at least one. Leaves without a record are passed over. */
export async function gatherReported(
  store: Store,
  entries: readonly LogEntry[],
  prove: (index: number) => Promise<string>,
): Promise<Batch> {
  const events = await readEvents(store, entries);
  const records: ReportedRecord[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const of = await readReported(store, entry, events);
    if (of === null) continue;
    bytes += of.kind === 'exchange' ? lengthOf(of) : 0;
    if (records.length > 0 && bytes > BYTES_AT_ONCE) return { records, next: entry.index };
    const leaf = Buffer.from(entry.data).toString('base64');
    records.push({ proof: await prove(entry.index), leaf, of });
  }
  return { records, next: (entries.at(-1)?.index ?? 0) + 1 };
}

/** @returns null for what is here no more, and for leaves of another kind. */
async function readReported(
  store: Store,
  entry: LogEntry,
  events: ReadonlyMap<string, LoggedEvent>,
): Promise<ReportedRecord['of'] | null> {
  const { kind, id } = nameOf(entry);
  if (kind === 'exchange') return readExchange(store, id);
  if (kind === 'commit') return readCommit(store, id);
  const event = events.get(id);
  if (event === undefined) return null;
  return { kind: 'event', salt: event.salt, record: eventRecord(event) };
}

/** Those that some leaves are of, by id. */
async function readEvents(
  store: Store,
  entries: readonly LogEntry[],
): Promise<ReadonlyMap<string, LoggedEvent>> {
  const times = entries
    .filter((entry) => nameOf(entry).kind === 'event')
    .map(({ data }) => Date.parse(stringAt(parseJson(Buffer.from(data).toString()), 'at') ?? ''));
  if (times.length === 0) return new Map();
  const [sinceMs, untilMs] = [Math.min(...times), Math.max(...times)];
  const events = await store.listEvents({ sinceMs, untilMs, limit: Number.MAX_SAFE_INTEGER });
  return new Map(events.map((event) => [event.id, event]));
}

async function readCommit(store: Store, id: string): Promise<ReportedCommit | null> {
  const found = await store.findCommit(id);
  if (found === null) return null;
  const { repository, exchanges } = found;
  return { kind: 'commit', repository, exchanges };
}

async function readExchange(store: Store, id: string): Promise<ReportedExchange | null> {
  const exchange = await store.findExchange(id);
  const session = exchange?.id === id ? await store.findSession(exchange.session) : null;
  const evidence = session === null ? null : await store.readEvidence(id);
  if (session === null || evidence === null) return null;
  const { salt, record, request, reply, context, responseHeaders } = evidence;
  const isWithheld = sumOf(request) + sumOf(reply) > BODY_BYTES_MAX;
  return {
    kind: 'exchange',
    session,
    salt,
    record,
    isWithheld,
    request: isWithheld ? [] : request.map(base64),
    reply: isWithheld ? [] : reply.map(base64),
    requestHeaders: base64(evidence.requestHeaders),
    responseHeaders: responseHeaders === null ? null : base64(responseHeaders),
    context: context === null ? null : base64(context),
    marks: base64(await readMarks(store, id)),
    emissions: (await store.listEmissions(id)).map(reportedOf),
  };
}

const reportedOf = (emission: Emission): ReportedEmission => {
  const { callId, tool, repository, path, edit, outcome, outcomeSource } = emission;
  return { callId, tool, repository, path, edit, outcome, outcomeSource };
};

async function readMarks(store: Store, id: string): Promise<Uint8Array> {
  const book = openMarkBook();
  for (const mark of await store.readEvents(id)) book.add(mark);
  return book.bytes();
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const sumOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);

const lengthOf = ({ request, reply }: ReportedExchange): number =>
  [...request, ...reply].reduce((sum, { length }) => sum + length, 0);
