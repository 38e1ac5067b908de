// Records of a laptop's log, at the gateway: each with a proof that the cosigned log has it. They become records of the
// team's store, of whoever the token names, and come any number of times without becoming more.
import type { Identified } from '../../identity/identify.ts';
import { checkProof, openCheckpoint } from '../../log/check-proof.ts';
import type { Checkpoint } from '../../log/checkpoint.ts';
import { parseVkey } from '../../log/note.ts';
import { Fault } from '../../model/fault.ts';
import { openMarkBook } from '../../model/event-marks.ts';
import { arrayAt, isObject, numberAt, objectAt, parseJson, stringAt } from '../../model/json.ts';
import type { EventMark, Grant, Place } from '../../model/session.ts';
import type { Usage, WireName } from '../../model/wire.ts';
import { newGrantId } from '../../store/ids.ts';
import type { ExchangeDraft, ExchangeEnd, Store } from '../../store/store.ts';
import { findOwn, type LogStore } from './cosign-log.ts';

export type RecordStore = LogStore &
  Pick<
    Store,
    | 'findGrant'
    | 'addGrant'
    | 'joinSession'
    | 'findExchange'
    | 'beginExchange'
    | 'appendReply'
    | 'endExchange'
  >;

/** @returns how many are new. @throws Fault USAGE for what no cosigned log has, ROLE_NEEDED, LOG_FORKED. */
export async function takeRecords(
  store: RecordStore,
  visitor: Identified,
  body: string,
): Promise<number> {
  const json = parseJson(body);
  const vkey = stringAt(json, 'vkey') ?? '';
  const origin = parseVkey(vkey)?.name ?? '';
  const known = await findOwn(store, visitor, { origin, vkey });
  const last = known === null ? null : openCheckpoint(known.note, vkey);
  if (last === null) throw new Fault('USAGE', 'this log was not cosigned yet');
  let taken = 0;
  for (const record of arrayAt(json, 'records')) {
    const id = readId(record, vkey, last);
    if (id === null) throw new Fault('USAGE', 'a record is not what the cosigned log has');
    const name = await nameFor(store, id);
    if (name === null) continue;
    await takeOne(store, { visitor, origin, record, name });
    taken += 1;
  }
  return taken;
}

/** @returns the exchange that a leaf of the cosigned log is of; null for anything else. */
function readId(record: unknown, vkey: string, last: Checkpoint): string | null {
  const leaf = Buffer.from(stringAt(record, 'leaf') ?? '', 'base64');
  const checked = checkProof(stringAt(record, 'proof') ?? '', vkey, leaf);
  if (checked.kind !== 'included' || !isSame(checked.checkpoint, last)) return null;
  const id = stringAt(parseJson(leaf.toString('utf8')), 'id') ?? '';
  const isIt = id === stringAt(objectAt(record, 'exchange'), 'id');
  return isIt && /^x[0-9a-z]{8,30}$/.test(id) ? id : null;
}

/**
 * What was cut off by a gateway's end comes again under another name: the first one is a record of that.
 *
 * @returns null where it is there already.
 */
async function nameFor(store: RecordStore, id: string): Promise<string | null> {
  for (const name of [id, `${id}r`]) {
    const known = await store.findExchange(name);
    if (known === null || known.id !== name) return name;
    if (known.outcome !== 'open' && known.outcome !== 'interrupted') return null;
  }
  return null;
}

const isSame = (
  one: { readonly size: number; readonly root: Uint8Array },
  other: { readonly size: number; readonly root: Uint8Array },
): boolean => one.size === other.size && Buffer.from(one.root).equals(Buffer.from(other.root));

interface Taken {
  readonly visitor: Identified;
  readonly origin: string;
  readonly record: unknown;
  /** Of the exchange here. */
  readonly name: string;
}

async function takeOne(
  store: RecordStore,
  { visitor, origin, record, name }: Taken,
): Promise<void> {
  const [exchange, session] = [objectAt(record, 'exchange'), objectAt(record, 'session')];
  const grant = await findLaptop(store, visitor, { origin, session });
  const atMs = numberAt(exchange, 'startedAtMs') ?? Date.now();
  const { id } = await store.joinSession(grant.id, stringAt(session, 'id'), {
    agent: stringAt(session, 'agent'),
    agentVersion: stringAt(session, 'agentVersion'),
    place: placeOf(session),
    atMs,
    principal: visitor.principal,
    identity: visitor.identity,
  });
  await store.beginExchange(draftOf(record, { id: name, session: id, atMs }));
  const reply = Buffer.from(stringAt(record, 'reply') ?? '', 'base64');
  if (reply.length > 0) await store.appendReply(name, reply);
  await store.endExchange(endOf(record, name, reply));
}

/** One grant for each log: no token leads to it. */
async function findLaptop(
  store: RecordStore,
  { principal, identity }: Identified,
  { origin, session }: { readonly origin: string; readonly session: unknown },
): Promise<Grant> {
  const name = `laptop:${origin}`;
  const found = await store.findGrant(name);
  if (found !== null) return found;
  const nowMs = Date.now();
  const grant: Grant = {
    id: newGrantId(),
    tokenSha256: name,
    principal,
    identity,
    place: placeOf(session),
    agent: null,
    openedAtMs: nowMs,
    lastUsedAtMs: nowMs,
    expiresAtMs: nowMs,
    endedAtMs: null,
  };
  try {
    await store.addGrant(grant);
    return grant;
  } catch (thrown) {
    const other = await store.findGrant(name); // another instance was first
    if (other === null) throw thrown;
    return other;
  }
}

function placeOf(session: unknown): Place {
  const place = objectAt(session, 'place');
  const text = (name: string): string | null => stringAt(place, name);
  return {
    repository: text('repository'),
    worktree: text('worktree'),
    remote: text('remote'),
    branch: text('branch'),
    head: text('head'),
    host: text('host') ?? '',
  };
}

const PROTOCOLS = ['anthropic-messages', 'openai', 'gemini', 'http'] as const;
const OUTCOMES = ['ok', 'client-abort', 'upstream-error', 'refused'] as const;

function draftOf(
  record: unknown,
  { id, session, atMs }: { readonly id: string; readonly session: string; readonly atMs: number },
): ExchangeDraft {
  const exchange = objectAt(record, 'exchange');
  const text = (name: string): string => stringAt(exchange, name) ?? '';
  return {
    id,
    session,
    connection: text('connection'),
    protocol: PROTOCOLS.find((one) => one === text('protocol')) ?? 'http',
    wire: wireOf(exchange),
    method: text('method'),
    url: text('url'),
    headers: pairsIn(arrayAt(record, 'requestHeaders')),
    startedAtMs: atMs,
    requestSha256: text('requestSha256'),
    requestBytes: numberAt(exchange, 'requestBytes') ?? 0,
    slices: [Buffer.from(stringAt(record, 'request') ?? '', 'base64')],
    model: stringAt(exchange, 'model'),
    context: null,
  };
}

function endOf(record: unknown, id: string, reply: Buffer): ExchangeEnd {
  const exchange = objectAt(record, 'exchange');
  const text = (name: string): string => stringAt(exchange, name) ?? '';
  return {
    id,
    firstByteAtMs: numberAt(exchange, 'firstByteAtMs'),
    endedAtMs: numberAt(exchange, 'endedAtMs') ?? Date.now(),
    status: numberAt(exchange, 'status'),
    outcome: OUTCOMES.find((one) => one === text('outcome')) ?? 'upstream-error',
    headers: pairsIn(arrayAt(record, 'responseHeaders')),
    model: stringAt(exchange, 'model'),
    stopReason: stringAt(exchange, 'stopReason'),
    usage: usageOf(exchange['usage']),
    responseSha256: text('responseSha256'),
    clientSha256: text('clientSha256'),
    responseBytes: numberAt(exchange, 'responseBytes') ?? reply.length,
    marks: marksOf(arrayAt(record, 'events')),
    masks: [],
    emissions: [],
  };
}

const WIRES = [
  'anthropic-messages',
  'openai-responses',
  'openai-chat',
  'openai-completions',
  'gemini',
] as const satisfies readonly WireName[];

const wireOf = (exchange: unknown): WireName | null =>
  WIRES.find((one) => one === stringAt(exchange, 'wire')) ?? null;

const pairsIn = (listed: readonly unknown[]): readonly (readonly [string, string])[] =>
  listed.flatMap((pair) => {
    const [name, value]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    return typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [];
  });

function marksOf(listed: readonly unknown[]): Uint8Array {
  const book = openMarkBook();
  for (const mark of listed.flatMap(markOf)) book.add(mark);
  return book.bytes();
}

function markOf(value: unknown): readonly EventMark[] {
  const numbers = ['offset', 'length', 'atMs'].map((name) => numberAt(value, name));
  const [offset, length, atMs] = numbers;
  const isWhole = typeof offset === 'number' && typeof length === 'number';
  return isWhole && typeof atMs === 'number' ? [{ offset, length, atMs }] : [];
}

const usageOf = (value: unknown): Usage | null =>
  isObject(value)
    ? {
        inputTokens: numberAt(value, 'inputTokens'),
        outputTokens: numberAt(value, 'outputTokens'),
        cacheReadTokens: numberAt(value, 'cacheReadTokens'),
        cacheWriteTokens: numberAt(value, 'cacheWriteTokens'),
      }
    : null;
