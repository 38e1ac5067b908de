// The thread that owns the database. Calls that arrive together share one commit; each is answered after it.
import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads';
import { openEmbeddedStore } from './embedded-store.ts';
import { toFailure } from './failures.ts';
import type { Answer, Call, FromOwner, OwnerOptions, ToOwner } from './protocol.ts';
import { BATCHED, type CallName, type EmbeddedStore, type SyncStore } from './sync-store.ts';

/** Quiet time after which the log's files follow its rows. */
const PUBLISH_MS = 1000;
const FULL_TILE = 256;
/** Quiet time after which what was said is taken into the text index. */
const INDEX_MS = 25;
/** Calls in one commit. */
const BATCH_MAX = 512;

if (parentPort !== null) serve(parentPort, workerData);

function serve(port: MessagePort, options: OwnerOptions): void {
  const send = (message: FromOwner): void => port.postMessage(message);
  let store: EmbeddedStore;
  try {
    store = openEmbeddedStore({ ...options, indexesLater: true });
  } catch (thrown) {
    send({ kind: 'failed', failure: toFailure(thrown) });
    port.close();
    return;
  }
  const publishing = schedulePublishing(store, options.mode === 'write');
  const indexing = scheduleIndexing(store);
  send({ kind: 'opened' });
  port.on('message', (first: ToOwner) => {
    const { calls, isClosing } = takeWaiting(port, first);
    for (const group of groupCalls(calls)) send({ kind: 'answers', answers: answer(store, group) });
    publishing();
    indexing();
    if (!isClosing) return;
    store.close();
    send({ kind: 'closed' });
    port.close();
  });
}

function takeWaiting(
  port: MessagePort,
  first: ToOwner,
): { readonly calls: readonly Call[]; readonly isClosing: boolean } {
  const calls: Call[] = [];
  let next: ToOwner | undefined = first;
  while (next !== undefined) {
    if (next.kind === 'close') return { calls, isClosing: true };
    calls.push(...next.calls);
    const waiting: { readonly message: ToOwner } | undefined =
      calls.length < BATCH_MAX ? receiveMessageOnPort(port) : undefined;
    next = waiting?.message;
  }
  return { calls, isClosing: false };
}

/** Neighbours that only write go together; a call that reads stands alone, in its place. */
function groupCalls(calls: readonly Call[]): readonly (readonly Call[])[] {
  const groups: Call[][] = [];
  let isOpen = false;
  for (const call of calls) {
    const mayJoin = BATCHED.has(call.name);
    if (isOpen && mayJoin) groups.at(-1)?.push(call);
    else groups.push([call]);
    isOpen = mayJoin;
  }
  return groups;
}

function answer(store: EmbeddedStore, group: readonly Call[]): readonly Answer[] {
  const each = (): readonly Answer[] => group.map((call) => answerOne(store.calls, call));
  if (group.length === 1) return each();
  try {
    return store.batch(each);
  } catch (thrown) {
    // the commit failed: nothing of it was stored, so nothing may be acknowledged
    const failure = toFailure(thrown);
    return group.map((call) => ({ id: call.id, isOk: false, failure }));
  }
}

function answerOne<Name extends CallName>(calls: SyncStore, call: Call<Name>): Answer {
  try {
    return { id: call.id, isOk: true, value: calls[call.name](...call.args) };
  } catch (thrown) {
    return { id: call.id, isOk: false, failure: toFailure(thrown) };
  }
}

/** @returns a function to call after each batch. */
function schedulePublishing(store: EmbeddedStore, isWriter: boolean): () => void {
  let timer: NodeJS.Timeout | null = null;
  const publish = (): void => {
    timer = null;
    try {
      store.publish();
    } catch {
      // the rows are safe; the next quiet second tries again
    }
  };
  return () => {
    if (!isWriter) return;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const waiting = store.unpublished();
    if (waiting >= FULL_TILE) publish();
    // the port keeps the thread alive; a store that closes publishes by itself and waits for no timer
    else if (waiting > 0) timer = setTimeout(publish, PUBLISH_MS).unref();
  };
}

/** @returns a function to call after each batch. */
function scheduleIndexing(store: EmbeddedStore): () => void {
  let timer: NodeJS.Timeout | null = null;
  const wait = (ms: number): void => {
    if (timer !== null) clearTimeout(timer);
    // as above: a store that closes indexes by itself
    timer = store.unindexed() > 0 ? setTimeout(index, ms).unref() : null;
  };
  const index = (): void => {
    try {
      store.index();
      wait(0); // a few at a time: a call that has come meanwhile goes first
    } catch {
      // what was to be indexed is found again by who lists what is not
    }
  };
  return () => wait(INDEX_MS);
}
