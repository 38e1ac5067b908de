// The daemon's life: takes the lock, opens store, proxy and control socket, and leaves when it is told to or when nobody
// can need it any more.
import { EventEmitter, once } from 'node:events';
import { type RunFiles, runFiles, socketPath, stateHome } from '../../config/places.ts';
import {
  type Control,
  type ControlAnswer,
  type ControlCall,
  openControl,
} from '../../daemon/control.ts';
import { openLogFile, type WriteLog } from '../../daemon/log-file.ts';
import {
  makePrivate,
  readPort,
  readRunInfo,
  removeFile,
  type RunInfo,
  writeRunInfo,
  writeWhole,
} from '../../daemon/run-info.ts';
import { type RunLock, takeLock } from '../../daemon/run-lock.ts';
import { atMost } from '../at-most.ts';
import { isAnswering } from './find-daemon.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault, isFault } from '../../model/fault.ts';
import { readVersion } from '../../model/version.ts';
import { type Listener, openListener } from '../../proxy/listener.ts';
import { keepReaders } from '../../git/objects-pool.ts';
import { useGitBroker } from '../../git/run-git.ts';
import { openRecords } from '../record/open-records.ts';
import type { Store } from '../../store/store.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';
import { readTrust } from '../record/authority-book.ts';
import { controlRoutes } from './control-routes.ts';
import { keepUp } from './keep-up.ts';
import { keepReporting } from '../reporting/keep-reporting.ts';
import { watchIdle } from './idle-watch.ts';
import { openMaskers } from '../mask/maskers.ts';
import { openDoor, type Recorder } from '../record/record-exchange.ts';
import { openRecorder } from '../record/open-recorder.ts';
import type { HookBlock } from '../commit/hook-work.ts';
import { openVault } from '../mask/keep-secret.ts';

/** Answers one hook; what its body is, src/hooks knows. */
export type HookHandler = (
  call: ControlCall,
  records: {
    readonly store: Store;
    readonly home: string;
    readonly tellBlock: (block: HookBlock) => void;
    /** What goes on after the answer; the daemon does not leave before it has ended. */
    readonly goOnWith: (work: Promise<unknown>) => void;
  },
) => Promise<ControlAnswer>;

export interface ServeOptions {
  readonly caller: Caller;
  /** null: the one that was used before, else any. */
  readonly port: number | null;
  readonly hook: HookHandler;
  /** Resolves when somebody outside wants the daemon to end (a signal). */
  readonly stopped: Promise<unknown>;
}

const LOCK_WAIT_MS = 3000;
const DRAIN_MS = 10_000;

/** What stands open while the daemon serves. */
export interface Serving {
  readonly store: LocalStore;
  readonly info: RunInfo;
  readonly recorder: Recorder;
  readonly listener: Listener;
  readonly log: WriteLog;
  /** State directory. */
  readonly home: string;
  /** Hooks that were answered before they had ended: they need the store. */
  readonly hooks: Set<Promise<unknown>>;
}

/**
 * Serves until it is stopped.
 *
 * @param onReady called once everything answers.
 * @throws Fault PORT_BUSY, STORE_LOCKED and what else keeps it from starting; DAEMON_RUNNING where one is at work.
 */
export async function serve(
  options: ServeOptions,
  onReady: (info: RunInfo) => void,
): Promise<void> {
  const home = stateHome(options.caller.env);
  const files = runFiles(home);
  await makePrivate(home);
  const lock = await lockHome(files);
  try {
    const store = await openRecords(options.caller, { mode: 'write', lockWaitMs: LOCK_WAIT_MS });
    try {
      await serveStore({ options, files, store, home }, onReady);
    } finally {
      await store.close();
    }
  } finally {
    await lock.release();
  }
}

async function lockHome(files: RunFiles): Promise<RunLock> {
  const lock = await takeLock(files.lock, LOCK_WAIT_MS, async () => {
    const info = await readRunInfo(files.daemon);
    return info !== null && (await isAnswering(info));
  });
  if (lock === null)
    throw new Fault('DAEMON_RUNNING', 'another daemon serves this state directory');
  return lock;
}

interface Opened {
  readonly options: ServeOptions;
  readonly files: RunFiles;
  readonly store: LocalStore;
  readonly home: string;
}

async function serveStore(opened: Opened, onReady: (info: RunInfo) => void): Promise<void> {
  const { options, files, store } = opened;
  const { caller } = options;
  const keep = openVault({ store, caller, home: opened.home }, (line) => log(line));
  const maskers = openMaskers({ key: await store.readKey(), env: caller.env, keep });
  const log = openLogFile(files.log, (line) => maskers.mask(line));
  const trust = await readTrust(caller.env);
  const recorder = await openRecorder({
    store,
    home: opened.home,
    env: caller.env,
    maskers,
    log,
    trust,
  });
  const listener = await openKeptListener(recorder, files, { port: options.port, trust });
  const stop = openStop(options.stopped);
  const info: RunInfo = {
    pid: process.pid,
    url: `http://127.0.0.1:${String(listener.port)}`,
    socket: socketPath(options.caller.env),
    version: readVersion(),
    startedAtMs: Date.now(),
  };
  const serving: Serving = {
    store,
    info,
    recorder,
    listener,
    log,
    home: opened.home,
    hooks: new Set(),
  };
  const control = await openControl(info.socket, controlRoutes(serving, options.hook, stop.now));
  await writeWhole(files.port, `${String(listener.port)}\n`);
  await writeWhole(files.socketName, `${info.socket}\n${String(process.getuid?.() ?? 0)}\n`);
  await writeRunInfo(files.daemon, info);
  log(`started: pid ${String(info.pid)}, ${info.url}, version ${info.version}`);
  onReady(info);
  const spareGit = [useGitBroker(), keepReaders()];
  const left = new AbortController();
  const upkeep = workAside(opened, serving, left.signal);
  await Promise.race([stop.asked, watchIdle(serving, stop.asked)]);
  left.abort();
  await leave(serving, control, files);
  await Promise.all(upkeep);
  for (const end of spareGit) end();
}

/** What is done while nobody waits for it; ends when told to. */
const workAside = (
  { options: { caller }, store, home }: Opened,
  { recorder: { policies }, log }: Serving,
  stop: AbortSignal,
): readonly Promise<void>[] => [
  keepUp({ store, home, policies, log }, stop),
  keepReporting({ caller, store, log }, stop),
];

/** A client that asks while we leave gets no answer rather than half of one; what is under way is let finish. */
async function leave(
  { listener, recorder, log, info, hooks }: Serving,
  control: Control,
  files: RunFiles,
): Promise<void> {
  log('stopping');
  await listener.close(DRAIN_MS);
  recorder.watch.close();
  await control.close();
  await atMost(Promise.all(hooks), DRAIN_MS);
  await recorder.notifier.close();
  await recorder.denials.close();
  await recorder.meters.close();
  await removeFile(files.daemon);
  await removeFile(info.socket);
  log('stopped');
}

/** Clients were told a port once: the same again, unless somebody else has taken it meanwhile. */
async function openKeptListener(
  recorder: Recorder,
  files: RunFiles,
  { port, trust }: { readonly port: number | null; readonly trust: readonly string[] | null },
): Promise<Listener> {
  const door = openDoor(recorder);
  if (port !== null) return openListener({ port, trust }, door);
  const kept = await readPort(files.port);
  try {
    return await openListener({ port: kept, trust }, door);
  } catch (thrown) {
    if (kept === 0 || !isFault(thrown)) throw thrown;
    recorder.warn(`port ${String(kept)} is taken: sessions that were told it must be opened again`);
    return openListener({ port: 0, trust }, door);
  }
}

interface Stop {
  readonly now: () => void;
  readonly asked: Promise<unknown>;
}

function openStop(outside: Promise<unknown>): Stop {
  const inside = new EventEmitter();
  return {
    now: () => void inside.emit('stop'),
    asked: Promise.race([once(inside, 'stop'), outside]),
  };
}
