// Questions about the log that need no recomputing: where it stands, and proofs to hand to somebody else.
import { openCheckpoint } from '../../log/check-proof.ts';
import { type Checkpoint, parseCheckpoint, parseProof } from '../../log/checkpoint.ts';
import { parseNote } from '../../log/note.ts';
import type { Caller } from '../../model/caller.ts';
import { type EventRecord, happenedAs } from '../../model/event.ts';
import { Fault } from '../../model/fault.ts';
import type { CheckedFile } from '../../model/log-report.ts';
import type { ReportingState } from '../../model/reporting.ts';
import type { SignedCheckpoint, Store } from '../../store/store.ts';
import { openRecords } from '../record/open-records.ts';
import { readReporting } from '../reporting/read-reporting.ts';
import { readStore } from '../show/read-store.ts';

/** Where the log stands, and how much of it a gateway has. */
export const readLogStatus = (
  caller: Caller,
): Promise<{ readonly signed: SignedCheckpoint; readonly reporting: ReportingState | null }> =>
  readStore(caller, async (store) => ({
    signed: await store.signCheckpoint(),
    reporting: await readReporting(caller, store),
  }));

/** Signs the log as it is now. */
export const signLogNow = (caller: Caller): Promise<SignedCheckpoint> =>
  readStore(caller, (store) => store.signCheckpoint());

/** What happened besides exchanges, newest first. */
export const findEvents = (
  caller: Caller,
  asked: {
    readonly sinceMs?: number;
    readonly limit?: number;
    /** null: all but who looked at recordings. */
    readonly kind?: string | null;
  },
): Promise<readonly EventRecord[]> =>
  readStore(caller, async (store) => {
    const { sinceMs = 0, limit = 1000, kind = null } = asked;
    const events = await store.listEvents({ sinceMs, limit: Number.MAX_SAFE_INTEGER });
    const wanted = events.filter((event) =>
      kind === null
        ? happenedAs(event) !== 'read'
        : event.kind === kind || happenedAs(event) === kind,
    );
    return wanted.slice(0, limit);
  });

interface ExchangeProof {
  readonly exchange: string;
  readonly index: number;
  readonly origin: string;
  readonly vkey: string;
  /** c2sp.org/tlog-proof text. */
  readonly proof: string;
  /** The leaf's data: what the proof is about. */
  readonly leaf: string;
}

/** @throws Fault NO_SUCH_EXCHANGE, AMBIGUOUS_ID. */
export const proveExchange = (caller: Caller, word: string): Promise<ExchangeProof> =>
  readStore(caller, async (store) => {
    const exchange = await store.findExchange(word);
    const index = exchange?.logIndex ?? null;
    if (exchange === null || index === null)
      throw new Fault(
        'NO_SUCH_EXCHANGE',
        exchange === null
          ? `exchange ${word} is not in the store`
          : `exchange ${exchange.id} is still under way`,
      );
    const [entry] = await store.readLog(index, 1);
    const leaf = Buffer.from(entry?.data ?? new Uint8Array()).toString('utf8');
    return { exchange: exchange.id, index, leaf, ...(await store.proveLeaf(index)) };
  });

/** Of a log that this one was restored from: its beginning is ours, its end may be lost. */
async function checkEarlier(
  store: Store,
  { note, claimed }: { readonly note: string; readonly claimed: Checkpoint },
): Promise<CheckedFile> {
  const events = await store.listEvents({ limit: Number.MAX_SAFE_INTEGER });
  for (const { kind, atMs, detail } of events) {
    const { vkey, leaves } = detail;
    if (kind !== 'restored' || typeof vkey !== 'string' || typeof leaves !== 'number') continue;
    const said = openCheckpoint(note, vkey);
    if (said === null) continue;
    if (said.size > leaves) return { kind: 'restored', size: said.size, leaves, atMs };
    const why = await store.findContradiction({ size: said.size, root: said.root, proof: null });
    return why === null
      ? { kind: 'ours', index: null, size: said.size }
      : { kind: 'contradicts', why };
  }
  return { kind: 'foreign', origin: claimed.origin };
}

/**
 * Holds a proof or checkpoint that somebody kept against this store's log.
 *
 * @param text of a tlog-proof or a signed checkpoint.
 */
export async function checkAgainstLog(caller: Caller, text: string): Promise<CheckedFile> {
  const store = await openRecords(caller, { mode: 'read' });
  try {
    const proof = parseProof(text);
    const note = proof?.checkpoint ?? text;
    const said = parseNote(note);
    const claimed = said === null ? null : parseCheckpoint(said.text);
    if (claimed === null) return { kind: 'malformed' };
    const now = await store.signCheckpoint();
    const own = openCheckpoint(note, now.vkey);
    if (own === null) return await checkEarlier(store, { note, claimed });
    const why = await store.findContradiction({
      size: own.size,
      root: own.root,
      proof: proof === null ? null : { index: proof.index, path: proof.path },
    });
    return why === null
      ? { kind: 'ours', index: proof?.index ?? null, size: own.size }
      : { kind: 'contradicts', why };
  } finally {
    await store.close();
  }
}
