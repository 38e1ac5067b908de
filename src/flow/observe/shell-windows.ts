// Files that changed while a command of an agent ran: deleted, moved or rewritten by something that the command does not
// name. A window lies between the reply that asked for the command and the request that brought its result.
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Emission } from '../../model/edit.ts';
import type { Exchange } from '../../model/session.ts';
import type { Observation, Store } from '../../store/store.ts';

export interface ShellWindow {
  /** When the reply began: some clients run a tool before it has ended. */
  readonly fromMs: number;
  /** When the session's next request came, or as long as a command is waited for where none came. */
  readonly untilMs: number;
  /** The exchange of that request. */
  readonly next: string | null;
}

/** Clients give a command no more time than this. */
export const COMMAND_MS_MAX = 10 * 60_000;

/** @param emissions of one repository; only commands that may have written anything open a window. */
export async function listShellWindows(
  store: Store,
  emissions: readonly Emission[],
): Promise<readonly ShellWindow[]> {
  const commands = emissions.filter(
    ({ edit, outcome }) => edit.kind === 'command' && outcome !== 'rejected',
  );
  const windows: ShellWindow[] = [];
  for (const session of new Set(commands.map((one) => one.session))) {
    const exchanges = (await store.listExchanges(session)).toSorted(
      (one, other) => one.startedAtMs - other.startedAtMs,
    );
    const asking = new Set(
      commands.filter((one) => one.session === session).map((one) => one.exchange),
    );
    for (const exchange of exchanges)
      if (asking.has(exchange.id)) windows.push(windowOf(exchange, exchanges));
  }
  return windows;
}

/** Titles and other questions on the side come from another model and do not end a command. */
function windowOf(asking: Exchange, exchanges: readonly Exchange[]): ShellWindow {
  const endedAtMs = asking.endedAtMs ?? asking.startedAtMs;
  const next = exchanges.find(
    ({ id, startedAtMs, model }) =>
      id !== asking.id && startedAtMs >= endedAtMs && model === asking.model,
  );
  return {
    fromMs: asking.firstByteAtMs ?? asking.startedAtMs,
    untilMs: next?.startedAtMs ?? endedAtMs + COMMAND_MS_MAX,
    next: next?.id ?? null,
  };
}

export interface ChangedFile {
  readonly worktree: string;
  /** Repository-relative. */
  readonly path: string;
  /** States of the file since it was last committed, in order. */
  readonly seen: readonly Observation[];
}

/** Did the file get its state in one of the windows, as it was seen or as the file system dates it? */
export async function hasChangedIn(
  windows: readonly ShellWindow[],
  file: ChangedFile,
): Promise<boolean> {
  if (windows.length === 0) return false;
  const nexts = new Set(windows.map(({ next }) => next));
  const isSeen = file.seen.some(
    (one, at) =>
      one.worktree === file.worktree &&
      one.moment === 'before' &&
      nexts.has(one.exchange) &&
      (at === 0 || file.seen[at - 1]?.blob !== one.blob),
  );
  if (isSeen) return true;
  const changedAtMs = await readChangeTimeMs(file);
  return windows.some(({ fromMs, untilMs }) => changedAtMs >= fromMs && changedAtMs <= untilMs);
}

/** ctime, which no program can set; of a file that is gone, that of the folder it was in. */
async function readChangeTimeMs({ worktree, path }: ChangedFile): Promise<number> {
  let place = join(worktree, path);
  for (;;) {
    const found = await lstat(place).catch(() => null);
    if (found !== null) return found.ctimeMs;
    if (place === worktree || dirname(place) === place) return 0;
    place = dirname(place);
  }
}
