// The asking side of the store's thread: each call is a message, each answer finds its call by number.
import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fromFailure } from './failures.ts';
import type { Failure, FromOwner, OwnerOptions, ToOwner } from './protocol.ts';
import { storeOf, type Ask } from './store-of.ts';
import type { LocalStore } from './upkeep-store.ts';

/**
 * Starts the thread and waits until it has opened the store.
 *
 * @throws Fault as `openEmbeddedStore`.
 */
export async function openStoreThread(options: OwnerOptions): Promise<LocalStore> {
  const worker = startWorker(options);
  // Events are call numbers: raised once, with what the call returns. `Failures` carries the same numbers.
  const results = new EventEmitter().setMaxListeners(0);
  const failures = new EventEmitter().setMaxListeners(0);
  const state: ThreadState = { worker, results, failures, pending: new Set(), ended: null };
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
      for (const id of state.pending) failures.emit(id, state.ended);
    });
  });
  // an open store alone keeps no process alive; a call under way does
  worker.unref();
  return storeOf(askThread(state), () => closeThread(state));
}

interface ThreadState {
  readonly worker: Worker;
  readonly results: EventEmitter;
  readonly failures: EventEmitter;
  /** Numbers of calls under way. */
  readonly pending: Set<string>;
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
      state.results.once(event, resolve);
      state.failures.once(event, reject);
      state.pending.add(event);
      state.worker.ref();
      state.worker.postMessage({ kind: 'call', id: lastId, name, args });
    });
}

type Settled = Extract<FromOwner, { readonly kind: 'answers' }>['answers'];

function settle(state: ThreadState, answers: Settled): void {
  for (const answer of answers) {
    const event = String(answer.id);
    state.pending.delete(event);
    if (answer.isOk) state.results.emit(event, answer.value);
    else state.failures.emit(event, errorOf(answer.failure));
    state.results.removeAllListeners(event);
    state.failures.removeAllListeners(event);
  }
  if (state.pending.size === 0) state.worker.unref();
}

const errorOf = (failure: Failure): Error => fromFailure(failure);

function closeThread(state: ThreadState): Promise<void> {
  if (state.ended !== null) return Promise.resolve();
  return new Promise((resolve) => {
    state.worker.ref();
    state.worker.once('exit', () => resolve());
    const farewell: ToOwner = { kind: 'close' };
    state.worker.postMessage(farewell);
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
