// Where pushes through this gate are judged: for each repository behind it one of ours that follows it, in the state
// directory. Nothing in it is needed again.
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteLog } from '../../daemon/log-file.ts';
import { type MirrorPlace, refreshMirror } from '../../git/mirror.ts';
import type { Caller } from '../../model/caller.ts';
import { inTurn } from '../in-turn.ts';
import type { Admitted } from '../record/record-exchange.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface Mirror {
  /** In the directory of the mirror, with what the repository there wants to see of us. */
  readonly caller: Caller;
  /** Brings it up to date. The first time that is a copy of all that is there, and the log says how long it takes. */
  refresh(format: MirrorPlace['format']): Promise<void>;
  /** A directory for what is on its way; made. */
  room(): Promise<string>;
  /** One push of a repository after the other: they move the mirror. */
  alone<T>(act: () => Promise<T>): Promise<T>;
}

export interface MirrorBook {
  /** @param authorization of requests to the repository, a whole header value; null: none. */
  of(admitted: Admitted, authorization: string | null): Mirror;
}

/** @param env of whoever serves. */
export function openMirrorBook(env: Caller['env'], home: string, log: WriteLog): MirrorBook {
  const root = join(home, 'gate');
  // what a process that was killed left behind
  const cleared = rm(join(root, 'incoming'), { recursive: true, force: true });
  return {
    of: ({ upstream }, authorization) => {
      const url = `${upstream.origin}${upstream.path.replace(/\/git-receive-pack(?:\?.*)?$/, '')}`;
      const directory = join(root, sha256Hex(url).slice(0, 32));
      const caller = { cwd: directory, env: mirrorEnv(env, authorization) };
      return {
        caller,
        refresh: async (format) => {
          const startedAtMs = Date.now();
          const isFirst = !existsSync(join(directory, '.git'));
          if (isFirst) log(`gate: the first push to ${url}: all of it is copied, once`);
          await refreshMirror(caller, { url, directory, format });
          const seconds = Math.ceil((Date.now() - startedAtMs) / 1000);
          if (isFirst) log(`gate: ${url} was copied in ${String(seconds)} s`);
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
