// Proofs that this log only grew: for whoever kept an older checkpoint, and for a witness that cosigned one.
import { stateHome } from '../../config/places.ts';
import { openCheckpoint } from '../../log/check-proof.ts';
import { openCosignature, parseWitnessKey } from '../../log/cosignature.ts';
import { formatAddCheckpoint, parseAddCheckpoint } from '../../log/witness.ts';
import { isConsistent } from '../../log/verify.ts';
import { writeCosigned } from '../../store/log-files.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { SignedCheckpoint, Store } from '../../store/store.ts';
import { readStore } from '../show/read-store.ts';
import { keepWitnessed } from './witness-notes.ts';

export interface GrowthProof {
  readonly origin: string;
  readonly vkey: string;
  readonly oldSize: number;
  readonly newSize: number;
  /** In the form of c2sp.org/tlog-witness: `old <size>`, hashes, a blank line, the signed checkpoint of now. */
  readonly proof: string;
}

/** @param kept the text of a checkpoint of this log. @throws Fault LOG_BROKEN, LOG_FOREIGN. */
export const proveGrowth = (caller: Caller, kept: string): Promise<GrowthProof> =>
  readStore(caller, async (store) => {
    const now = await store.signCheckpoint();
    const old = openCheckpoint(kept, now.vkey);
    if (old === null)
      throw new Fault('LOG_FOREIGN', `it holds no checkpoint that ${now.origin} signed`);
    const why = await store.findContradiction({ size: old.size, root: old.root, proof: null });
    if (why !== null) throw new Fault('LOG_BROKEN', `log: ${why}`);
    const { origin, vkey, size } = now;
    const proof = await formatGrowth(store, now, old.size);
    return { origin, vkey, oldSize: old.size, newSize: size, proof };
  });

const formatGrowth = async (
  store: Store,
  { note, size }: SignedCheckpoint,
  oldSize: number,
): Promise<string> =>
  formatAddCheckpoint({ oldSize, path: await store.proveGrowth(oldSize, size), note });

/**
 * Checks such a proof with nothing but the texts and the log's key.
 *
 * @returns the two sizes. @throws Fault LOG_FOREIGN where a text is none of this key, LOG_BROKEN where it proves nothing.
 */
export function checkGrowth(
  kept: string,
  proof: string,
  vkey: string,
): { readonly oldSize: number; readonly newSize: number } {
  const request = parseAddCheckpoint(proof);
  const old = openCheckpoint(kept, vkey);
  const now = request === null ? null : openCheckpoint(request.note, vkey);
  if (request === null || old === null || now === null)
    throw new Fault('LOG_FOREIGN', 'a checkpoint is missing, or not signed by that key');
  const claim = { oldSize: old.size, newSize: now.size, oldRoot: old.root, newRoot: now.root };
  if (request.oldSize !== old.size || !isConsistent(claim, request.path))
    throw new Fault(
      'LOG_BROKEN',
      'log: the proof does not lead from the one checkpoint to the other',
    );
  return { oldSize: old.size, newSize: now.size };
}

const TIMEOUT_MS = 15_000;

export interface Cosigned {
  readonly witness: string;
  readonly size: number;
  /** RFC 3339. */
  readonly at: string;
  /** The checkpoint with the witness's line under it. */
  readonly note: string;
  /** How many notes of this repository got its proof. */
  readonly notes: number;
}

/**
 * Has a witness cosign the log as it is now, and keeps what it signed: beside the log, and in the notes that it covers.
 *
 * @param url submission prefix. @param witness its vkey.
 * @throws Fault LOG_BROKEN where it knows another history, WITNESS_REFUSED, UPSTREAM_UNREACHABLE.
 */
export const cosignLog = (caller: Caller, url: string, witness: string): Promise<Cosigned> =>
  readStore(caller, async (store) => {
    const key = parseWitnessKey(witness);
    if (key === null || !URL.canParse(url))
      throw new Fault('USAGE', `${witness.slice(0, 200)} is no verifier key of a witness`, {
        fix: 'take what the witness publishes: aitrail witness',
      });
    const now = await store.signCheckpoint();
    const note = `${now.note}${await askWitness(store, now, url)}`;
    const atSeconds = openCosignature(note, key);
    if (atSeconds === null)
      throw new Fault('WITNESS_REFUSED', `${url} did not sign with the key of ${key.name}`);
    writeCosigned(stateHome(caller.env), note);
    const at = new Date(atSeconds * 1000).toISOString();
    const notes = await keepWitnessed(caller, store, { vkey: now.vkey, note, witness: key });
    return { witness: key.name, size: now.size, at, note, notes };
  });

/** Asked from nothing first: a witness that knows the log says up to which size. @returns its lines. */
async function askWitness(store: Store, now: SignedCheckpoint, url: string): Promise<string> {
  const first = await submit(url, await formatGrowth(store, now, 0));
  const known = first.size ?? 0;
  if (known > now.size)
    throw new Fault(
      'LOG_BROKEN',
      `log: the witness has cosigned ${known} leaves, here are ${now.size}`,
    );
  const said = known === 0 ? first : await submit(url, await formatGrowth(store, now, known));
  const words = said.body.trim().slice(0, 200);
  if (said.status === 422 || (said.status === 409 && said.size === null))
    throw new Fault('LOG_BROKEN', `log: the witness knows another history: ${words}`);
  if (said.status !== 200)
    throw new Fault('WITNESS_REFUSED', `${url} answered ${said.status}: ${words}`);
  return said.body;
}

interface WitnessSaid {
  readonly status: number;
  readonly body: string;
  /** Of what it cosigned last, where it says so. */
  readonly size: number | null;
}

async function submit(url: string, body: string): Promise<WitnessSaid> {
  try {
    const answer = await fetch(`${url.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    const isSize = /^text\/x\.tlog\.size\b/.test(answer.headers.get('content-type') ?? '');
    const size = isSize && /^\d{1,15}\n?$/.test(text) ? Number(text) : null;
    return { status: answer.status, body: text, size };
  } catch (cause) {
    throw new Fault('UPSTREAM_UNREACHABLE', `${url}: ${reasonOf(cause)}`, { cause });
  }
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? String(Object(cause.cause).message ?? cause.message) : String(cause);
