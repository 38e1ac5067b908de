// The gateway as a witness of laptops' logs (c2sp.org/tlog-witness): a log belongs to whoever showed it first, and only what
// continues it is cosigned. What does not is an alarm, and nothing of that log is taken any more.
import { hkdfSync } from 'node:crypto';
import type { Identified } from '../../identity/identify.ts';
import { openCheckpoint } from '../../log/check-proof.ts';
import { type Checkpoint, parseCheckpoint } from '../../log/checkpoint.ts';
import { cosign, formatWitnessKey, witnessKey } from '../../log/cosignature.ts';
import { type NoteSigner, parseNote, parseVkey } from '../../log/note.ts';
import {
  type AddCheckpoint,
  judgeAddCheckpoint,
  parseAddCheckpoint,
  type WitnessAnswer,
} from '../../log/witness.ts';
import { Fault } from '../../model/fault.ts';
import type { Store } from '../../store/store.ts';
import type { WitnessedCheckpoint, WitnessStore } from '../../store/witness-store.ts';

export type LogStore = WitnessStore & Pick<Store, 'addEvent' | 'readKey'>;

export interface Shown {
  /** The log's key. */
  readonly vkey: string;
  /** In the form of c2sp.org/tlog-witness. */
  readonly body: string;
}

export type CosignAnswer =
  | { readonly kind: 'cosigned'; readonly line: string; readonly witness: string }
  /** The client speaks of another state: it asks again from this size. */
  | { readonly kind: 'stale'; readonly size: number };

/** The same for all instances of a store. */
async function readSigner(store: Pick<Store, 'readKey'>): Promise<NoteSigner> {
  const key = await store.readKey();
  const derive = (what: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', key, 'aitrail', what, bytes));
  const name = `witness.aitrail.local/${derive('witness name', 8).toString('hex')}`;
  return { name, seed: derive('witness key', 32) };
}

/** @throws Fault LOG_FORKED, which is an event too; USAGE for what is no request; ROLE_NEEDED for somebody else's log. */
export async function cosignLog(
  store: LogStore,
  visitor: Identified,
  { vkey, body }: Shown,
): Promise<CosignAnswer> {
  const request = parseAddCheckpoint(body);
  const origin = parseVkey(vkey)?.name;
  if (request === null || origin === undefined)
    throw new Fault('USAGE', 'no request to add a checkpoint');
  const known = await findOwn(store, visitor, { origin, vkey });
  const last = known === null ? null : openCheckpoint(known.note, vkey);
  const answer = judgeAddCheckpoint(request, vkey, last);
  const how = findFork({ request, vkey, answer, last });
  if (how !== null) return raiseAlarm(store, visitor, { origin, how, known, shown: request.note });
  if (answer.kind === 'stale') return { kind: 'stale', size: answer.size };
  if (answer.kind !== 'cosign') throw new Fault('USAGE', 'the checkpoint is not signed by its log');
  return keepAndSign(store, visitor, { origin, vkey, request, answer, known });
}

interface Compared {
  readonly request: AddCheckpoint;
  readonly vkey: string;
  readonly answer: WitnessAnswer;
  readonly last: Checkpoint | null;
}

/** @returns how it is another log than the one that was cosigned; null where it is not. */
function findFork({ request, vkey, answer, last }: Compared): string | null {
  if (answer.kind === 'forked') return HOW[answer.how];
  const shown = openCheckpoint(request.note, vkey);
  // who has less than was cosigned has taken something back
  const isShorter = shown !== null && last !== null && shown.size < last.size;
  return isShorter ? `it had ${String(last.size)} leaves` : null;
}

const HOW = {
  'same-size': 'another root for the size that was cosigned',
  'no-proof': 'no proof that it only grew',
} as const;

interface Judged {
  readonly origin: string;
  readonly vkey: string;
  readonly request: AddCheckpoint;
  readonly answer: Extract<WitnessAnswer, { readonly kind: 'cosign' }>;
  readonly known: WitnessedCheckpoint | null;
}

/** On disk before anybody hears of the cosignature; of two at a time, at whatever instance, one counts. */
async function keepAndSign(
  store: LogStore,
  visitor: Identified,
  { origin, vkey, request, answer, known }: Judged,
): Promise<CosignAnswer> {
  const { checkpoint, text } = answer;
  const signer = await readSigner(store);
  const atMs = Date.now();
  const before = known?.size ?? 0;
  // of an empty log there is nothing to hold anybody to, and one checkpoint alone can follow the first
  if (checkpoint.size > before) {
    const { size } = checkpoint;
    const seen = { origin, vkey, before, size, note: request.note, who: whoOf(visitor), atMs };
    const kept = await store.keepWitnessed(seen);
    if (kept.note !== request.note) return { kind: 'stale', size: kept.size };
    const detail = { origin, size, by: visitor.principal.email, who: whoOf(visitor) };
    await store.addEvent({ kind: 'witnessed', atMs, detail });
  }
  const line = cosign(text, signer, Math.floor(atMs / 1000));
  return { kind: 'cosigned', line, witness: formatWitnessKey(witnessKey(signer)) };
}

const whoOf = ({ identity }: Identified): string =>
  `${identity.issuer ?? ''} ${identity.subject ?? ''}`.slice(0, 500);

/** @returns what was cosigned last. @throws Fault ROLE_NEEDED, LOG_FORKED for another key of the same name. */
export async function findOwn(
  store: LogStore,
  visitor: Identified,
  { origin, vkey }: { readonly origin: string; readonly vkey: string },
): Promise<WitnessedCheckpoint | null> {
  const known = await store.findWitnessed(origin);
  if (known === null) return null;
  if (known.who !== whoOf(visitor))
    throw new Fault('ROLE_NEEDED', `${origin} is the log of somebody else`);
  if (known.vkey !== vkey)
    return raiseAlarm(store, visitor, { origin, how: 'another key', known, shown: '' });
  return known;
}

interface Fork {
  readonly origin: string;
  readonly how: string;
  readonly known: WitnessedCheckpoint | null;
  /** The checkpoint that does not fit. */
  readonly shown: string;
}

/** Both signed checkpoints are kept: with them anybody can see that this log has two histories. */
async function raiseAlarm(
  store: LogStore,
  visitor: Identified,
  { origin, how, known, shown }: Fork,
): Promise<never> {
  const said = parseCheckpoint(parseNote(shown)?.text ?? '');
  const detail = {
    origin,
    why: how,
    by: visitor.principal.email,
    who: whoOf(visitor),
    cosigned: known?.note.slice(0, 2000) ?? null,
    shown: shown.slice(0, 2000),
    size: said?.size ?? null,
  };
  await store.addEvent({ kind: 'forked', atMs: Date.now(), detail });
  throw new Fault('LOG_FORKED', `${origin} is not the log that was cosigned: ${how}`);
}
