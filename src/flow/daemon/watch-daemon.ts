// Keeps the daemon there while an agent runs: clients hang for minutes when their proxy is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunInfo } from '../../daemon/run-info.ts';
import { isAlive } from '../../daemon/run-lock.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import { ensureDaemon } from './find-daemon.ts';

export interface DaemonWatch {
  /** The daemon that serves now. */
  info(): RunInfo;
  /** Resolves when nothing is started any more. */
  stop(): Promise<void>;
}

export interface Watched {
  readonly info: RunInfo;
  /** The program's own entry. */
  readonly script: string;
  /** One line for the person. */
  readonly notify: (line: string) => void;
}

/** Asking the kernel for a process costs next to nothing. */
const LOOK_MS = 50;
/** After a start that failed. */
const RETRY_MS = 2000;

/** A daemon that died is started again; it takes the port that clients were told. */
export function watchDaemon(caller: Caller, watched: Watched): DaemonWatch {
  const stopping = new AbortController();
  let info = watched.info;
  const revive = async (): Promise<number> => {
    try {
      info = await ensureDaemon(caller, { port: null, script: watched.script });
      watched.notify(`the daemon was gone: it serves again at ${info.url}`);
      return LOOK_MS;
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      watched.notify(`the daemon is gone and cannot be started: ${thrown.message}`);
      return RETRY_MS;
    }
  };
  const watch = async (): Promise<void> => {
    let waitMs = LOOK_MS;
    for (;;) {
      await sleep(waitMs, undefined, { signal: stopping.signal });
      waitMs = isAlive(info.pid) ? LOOK_MS : await revive();
    }
  };
  const watching = watch().catch((thrown: unknown) => {
    if (!stopping.signal.aborted) throw thrown;
  });
  return {
    info: () => info,
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
}
