// Where pushes through this gate are judged: for each repository behind it one of ours that follows it, in the state
// directory. Nothing in it is needed again.
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteLog } from '../../daemon/log-file.ts';
import { type MirrorPlace, refreshMirror } from '../../git/mirror.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { atMost } from '../at-most.ts';
import { inTurn } from '../in-turn.ts';
import type { Admitted } from '../record/record-exchange.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface Mirror {
  /** In the directory of the mirror, with what the repository there wants to see of us. */
  readonly caller: Caller;
  /**
   * Brings it up to date. The first time that is a copy of what is there but its files, where the server can leave them out;
   * the log says how long it takes. One that takes long goes on while nobody waits.
   *
   * @throws Fault GATE_COPYING, GIT_FAILED.
   */
  refresh(format: MirrorPlace['format']): Promise<void>;
  /** A directory for what is on its way; made. */
  room(): Promise<string>;
  /** One push of a repository after the other: they move the mirror. */
  alone<T>(act: () => Promise<T>): Promise<T>;
}

export interface MirrorBook {
  /** @param authorization of requests to the repository, a whole header value; null: none. */
  of(admitted: Pick<Admitted, 'upstream'>, authorization: string | null): Mirror;
}

interface MirrorWork {
  /** Of whoever serves. */
  readonly env: Caller['env'];
  /** State directory. */
  readonly home: string;
  readonly log: WriteLog;
}

/** Whoever stands before us gives up after a minute. */
const WAIT_MS = 45_000;

/** @param waitMs how long a push waits for a copy. */
export function openMirrorBook(
  { env, home, log }: MirrorWork,
  waitMs: number = WAIT_MS,
): MirrorBook {
  const root = join(home, 'gate');
  // what a process that was killed left behind
  const cleared = rm(join(root, 'incoming'), { recursive: true, force: true });
  /** By directory, until it has ended: longer than whoever began it waits. */
  const running = new Map<string, Promise<void>>();
  const refresh = async (place: MirrorPlace & { readonly caller: Caller }): Promise<void> => {
    const { caller, url, directory } = place;
    const startedAtMs = Date.now();
    const isFirst = !existsSync(join(directory, '.git'));
    if (isFirst) log(`gate: the first push to ${url}: it is copied, once`);
    await refreshMirror(caller, place)
      .catch((thrown: unknown) => {
        log(`gate: ${url} could not be copied: ${String(thrown)}`); // perhaps nobody waits any more
        throw thrown;
      })
      .finally(() => running.delete(directory));
    const seconds = Math.ceil((Date.now() - startedAtMs) / 1000);
    if (isFirst) log(`gate: ${url} was copied in ${String(seconds)} s`);
  };
  return {
    of: ({ upstream }, authorization) => {
      const url = `${upstream.origin}${upstream.path.replace(/\/git-receive-pack(?:\?.*)?$/, '')}`;
      const directory = join(root, sha256Hex(url).slice(0, 32));
      const caller = { cwd: directory, env: mirrorEnv(env, authorization) };
      return {
        caller,
        refresh: async (format) => {
          const work = running.get(directory) ?? refresh({ caller, url, directory, format });
          running.set(directory, work);
          await atMost(work, waitMs);
          if (running.has(directory)) throw new Fault('GATE_COPYING', `${url} is being copied`);
        },
        room: async () => {
          await cleared;
          const room = join(root, 'incoming');
          await mkdir(room, { recursive: true, mode: 0o700 });
          return room;
        },
        alone: (act) => inTurn(directory, act),
      };
    },
  };
}

/** The credential in git's own settings, never in its arguments; no redirect gets it, and nobody is asked for another. */
function mirrorEnv(env: Caller['env'], authorization: string | null): Caller['env'] {
  const settings = [
    ['core.hooksPath', '/dev/null'],
    ['credential.helper', ''],
    ['http.followRedirects', 'false'],
    ...(authorization === null ? [] : [['http.extraHeader', `Authorization: ${authorization}`]]),
  ];
  const pairs = settings.flatMap(([name = '', value = ''], index) => [
    [`GIT_CONFIG_KEY_${String(index)}`, name],
    [`GIT_CONFIG_VALUE_${String(index)}`, value],
  ]);
  return { ...env, GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}
