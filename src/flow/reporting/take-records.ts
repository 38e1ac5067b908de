// Records of a laptop's log, at the gateway: each with a proof that the cosigned log has it. They become records of the
// team's store, of whoever the token names, and come any number of times without becoming more.
import type { Identified } from '../../identity/identify.ts';
import { saltedDigest } from '../../log/leaf.ts';
import { checkProof, openCheckpoint } from '../../log/check-proof.ts';
import type { Checkpoint } from '../../log/checkpoint.ts';
import { parseVkey } from '../../log/note.ts';
import { Fault } from '../../model/fault.ts';
import type { EventDetail } from '../../model/event.ts';
import { arrayAt, isObject, isString, objectAt, parseJson, stringAt } from '../../model/json.ts';
import type { Store } from '../../store/store.ts';
import { findOwn, type LogStore } from './cosign-log.ts';
import { openReported } from './open-reported.ts';
import { type ExchangeStore, takeExchange } from './take-exchange.ts';
import { sha256Hex } from '../../model/sha256.ts';

export type RecordStore = LogStore &
  ExchangeStore &
  Pick<Store, 'findCommit' | 'addCommit' | 'listEvents'>;

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
    const leaf = readLeaf(record, vkey, last);
    if (leaf === null) throw foreign();
    const isNew = await takeOne(store, { visitor, origin, leaf, of: objectAt(record, 'of') });
    taken += isNew ? 1 : 0;
  }
  return taken;
}

const foreign = (): Fault => new Fault('USAGE', 'a record is not what the cosigned log has');

/** @returns data of a leaf of the cosigned log; null for anything else. */
function readLeaf(record: unknown, vkey: string, last: Checkpoint): Uint8Array | null {
  const leaf = Buffer.from(stringAt(record, 'leaf') ?? '', 'base64');
  const checked = checkProof(stringAt(record, 'proof') ?? '', vkey, leaf);
  return checked.kind === 'included' && isSame(checked.checkpoint, last) ? leaf : null;
}

const isSame = (
  one: { readonly size: number; readonly root: Uint8Array },
  other: { readonly size: number; readonly root: Uint8Array },
): boolean => one.size === other.size && Buffer.from(one.root).equals(Buffer.from(other.root));

interface Reported {
  readonly visitor: Identified;
  readonly origin: string;
  readonly leaf: Uint8Array;
  /** What the leaf is of. */
  readonly of: unknown;
}

/** What the leaf itself says. */
interface Named {
  readonly leaf: unknown;
  readonly id: string;
  readonly atMs: number;
}

/** @returns false where it was there already. */
async function takeOne(store: RecordStore, reported: Reported): Promise<boolean> {
  const leaf = parseJson(Buffer.from(reported.leaf).toString('utf8'));
  const [kind, id] = [stringAt(leaf, 'kind'), stringAt(leaf, 'id') ?? ''];
  if (kind !== stringAt(reported.of, 'kind')) throw foreign();
  const named = { leaf, id, atMs: Date.parse(stringAt(leaf, 'at') ?? '') || 0 };
  if (kind === 'event') return takeEvent(store, reported, named);
  if (kind === 'commit') return takeCommit(store, reported, named);
  const opened = openReported(reported.of, leaf);
  if (opened === null || !/^x[0-9a-z]{8,30}$/.test(id)) throw foreign();
  const name = await nameFor(store, id);
  if (name === null) return false;
  await takeExchange(store, { ...reported, opened, name });
  return true;
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

const WORD_CHARACTERS_MAX = 2000;
const NAMES_MAX = 50;
const SAME_TIME_MAX = 10_000;

/** Under a name that the log and its own id give: once, however often it comes. Never an event of the gateway's own. */
async function takeEvent(
  store: RecordStore,
  { visitor, origin, of }: Reported,
  { leaf, id, atMs }: Named,
): Promise<boolean> {
  const event = openEvent(of, leaf);
  if (event === null) throw foreign();
  const own = `v${sha256Hex(`${origin}\n${id}`).slice(0, 24)}`;
  const same = await store.listEvents({ sinceMs: atMs, untilMs: atMs, limit: SAME_TIME_MAX });
  if (same.some((known) => known.id === own)) return false;
  const detail = {
    ...Object.fromEntries(Object.entries(event.detail).slice(0, NAMES_MAX)),
    what: event.what,
    origin,
    laptop: visitor.principal.email,
  };
  await store.addEvent({ id: own, kind: 'reported', atMs, detail });
  return true;
}

/** @returns null where it is not what the leaf says. */
function openEvent(
  of: unknown,
  leaf: unknown,
): { readonly what: string; readonly detail: EventDetail } | null {
  const record = stringAt(of, 'record') ?? '';
  const salt = Buffer.from(stringAt(of, 'salt') ?? '', 'hex');
  if (saltedDigest(salt, record) !== stringAt(objectAt(leaf, 'digests'), 'record')) return null;
  const end = record.indexOf('\n');
  const detail = parseJson(record.slice(end + 1));
  return {
    what: record.slice(0, end).slice(0, 40),
    detail: readDetail(isObject(detail) ? detail : {}),
  };
}

function readDetail(detail: object): EventDetail {
  const read: Record<string, EventDetail[string]> = {};
  for (const [name, value] of Object.entries(detail)) {
    if (isString(value)) read[name] = value.slice(0, WORD_CHARACTERS_MAX);
    else if (typeof value === 'number' || value === null) read[name] = value;
    else if (Array.isArray(value)) read[name] = value.filter(isString).slice(0, NAMES_MAX);
  }
  return read;
}

/** Which commit, and when, the leaf says; the rest is the machine's word. */
async function takeCommit(
  store: RecordStore,
  { leaf, of }: Reported,
  { id: commit, atMs }: Named,
): Promise<boolean> {
  const repository = stringAt(of, 'repository') ?? '';
  const exchanges = arrayAt(of, 'exchanges').filter(isString);
  const known = await store.findCommit(commit);
  const isKnown = known?.repository === repository && isSameSet(known.exchanges, exchanges);
  if (isKnown) return false;
  await store.addCommit({ repository, commit, atMs, exchanges }, leaf);
  return true;
}

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...new Set(one)].toSorted()) === JSON.stringify([...new Set(other)].toSorted());
