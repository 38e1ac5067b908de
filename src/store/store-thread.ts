// The asking side of the store's thread: each call is a message, each answer finds its call by number.
import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fromFailure, toFailure } from './failures.ts';
import type { FromOwner, OwnerOptions, ToOwner } from './protocol.ts';
import { storeOf, type Ask } from './store-of.ts';
import type { LocalStore } from './upkeep-store.ts';

/**
 * Starts the thread and waits until it has opened the store.
 *
 * @throws Fault as `openEmbeddedStore`.
 */
export async function openStoreThread(options: OwnerOptions): Promise<LocalStore> {
  const worker = startWorker(options);
  const settled = new EventEmitter().setMaxListeners(0);
  const state: ThreadState = { worker, settled, pending: new Set(), waiting: [], ended: null };
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromOwner) => {
      if (message.kind === 'opened') resolve();
      if (message.kind === 'failed') reject(fromFailure(message.failure));
      if (message.kind === 'answers') settle(state, message.answers);
    });
    worker.on('error', (error: Error) => {
      state.ended = error;
    });
    worker.on('exit', () => {
      state.ended ??= new Error('the store is closed');
      reject(state.ended);
      for (const id of state.pending) settled.emit(id, state.ended);
    });
  });
  // an open store alone keeps no process alive; a call under way does
  worker.unref();
  return storeOf(askThread(state), () => closeThread(state));
}

interface ThreadState {
  readonly worker: Worker;
  /** Events are call numbers: raised once, with the error or null, and with what the call returns. */
  readonly settled: EventEmitter;
  /** Numbers of calls under way. */
  readonly pending: Set<string>;
  /** Calls of this turn of the event loop that are not sent yet. */
  waiting: { readonly id: number; readonly name: string; readonly args: unknown }[];
  /** Why no more calls are answered. */
  ended: Error | null;
}

function askThread(state: ThreadState): Ask {
  let lastId = 0;
  return (name, ...args) =>
    new Promise((resolve, reject) => {
      if (state.ended !== null) {
        reject(state.ended);
        return;
      }
      lastId += 1;
      const event = String(lastId);
      state.settled.once(event, (failure: Error | null, value: Parameters<typeof resolve>[0]) =>
        failure === null ? resolve(value) : reject(failure),
      );
      if (state.pending.size === 0) state.worker.ref();
      state.pending.add(event);
      // what is asked in one go, joining a session and beginning its exchange, wakes the thread once and shares a commit
      if (state.waiting.length === 0) queueMicrotask(() => send(state));
      state.waiting.push({ id: lastId, name, args });
    });
}

function send(state: ThreadState): void {
  const calls = state.waiting;
  state.waiting = [];
  try {
    state.worker.postMessage({ kind: 'calls', calls });
  } catch (thrown) {
    // an argument that cannot be copied: a bug, and whoever asked is told
    settle(
      state,
      calls.map(({ id }) => ({ id, isOk: false, failure: toFailure(thrown) })),
    );
  }
}

type Settled = Extract<FromOwner, { readonly kind: 'answers' }>['answers'];

function settle(state: ThreadState, answers: Settled): void {
  for (const answer of answers) {
    const event = String(answer.id);
    state.pending.delete(event);
    if (answer.isOk) state.settled.emit(event, null, answer.value);
    else state.settled.emit(event, fromFailure(answer.failure));
  }
  if (state.pending.size === 0) state.worker.unref();
}

function closeThread(state: ThreadState): Promise<void> {
  if (state.ended !== null) return Promise.resolve();
  return new Promise((resolve) => {
    state.worker.ref();
    state.worker.once('exit', () => resolve());
    const farewell: ToOwner = { kind: 'close' };
    // behind what was asked before
    queueMicrotask(() => state.worker.postMessage(farewell));
  });
}

function startWorker(options: OwnerOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    // from this folder and from the daemon's bundle beside it
    return new Worker(new URL('../store/store-worker.js', import.meta.url), {
      workerData: options,
    });
  // From source (tests, tsx) a thread starts without the loader that reads TypeScript: it brings its own.
  const file = new URL('./store-worker.ts', import.meta.url).href;
  const script = `import('tsx/esm/api').then((tsx) => (tsx.register(), import(${JSON.stringify(file)})));`;
  return new Worker(script, { eval: true, workerData: options });
}
