// What was or would be taken away, and what is held, for people and for programs.
import type { Hold, Removable } from '../model/removal.ts';
import { bytesText, counted, localMinute, timestamp } from './moments.ts';
import { plainLine } from './plain-text.ts';

/** @param exchanges that went. */
export function removedLines(
  found: Removable,
  { exchanges, isDryRun }: { readonly exchanges: number; readonly isDryRun: boolean },
): string {
  if (isDryRun) return `would go: ${amountOf(found)}${heldText(found)}\n`;
  if (exchanges === 0) return `nothing to take away${heldText(found)}\n`;
  return `gone: ${counted(exchanges, 'exchange')}; their digests stay in the log${heldText(found)}\n`;
}

interface PrunedPlace extends Removable {
  readonly worktree: string;
  readonly days: number;
}

interface Prune {
  readonly places: readonly PrunedPlace[];
  readonly exchanges: number;
  readonly isDryRun: boolean;
}

/** @returns a line a place, then what it comes to. */
export function prunedLines(prune: Prune): string {
  const { places, exchanges, isDryRun } = prune;
  const lines = places.map(
    (place) =>
      `${plainLine(place.worktree === '' ? '(no repository)' : place.worktree)}: ${amountOf(place)} older than ${counted(place.days, 'day')}${heldText(place)}\n`,
  );
  const sum = isDryRun
    ? places.length === 0
      ? 'nothing is old enough to go\n'
      : 'nothing was taken away: a dry run\n'
    : `${exchanges === 0 ? 'nothing went' : `gone: ${counted(exchanges, 'exchange')}; their digests stay in the log`}\n`;
  return `${lines.join('')}${sum}`;
}

const amountOf = ({ sessions, exchanges, bytes }: Removable): string =>
  `${counted(exchanges, 'exchange')} of ${counted(sessions, 'session')}, ${bytesText(bytes)}`;

const heldText = ({ held }: Removable): string =>
  held.length === 0 ? '' : `; held: ${held.map(({ session }) => session).join(', ')}`;

export const holdLines = (holds: readonly Hold[]): string =>
  holds.length === 0
    ? 'nothing is held\n'
    : holds
        .map(
          ({ session, reason, by, atMs }) =>
            `${session}  since ${localMinute(atMs)}  ${plainLine(reason)}  (${plainLine(by)})\n`,
        )
        .join('');

export const holdDocument = ({ session, reason, by, atMs }: Hold): object => ({
  session,
  reason,
  by,
  at: timestamp(atMs),
});

export const removableDocument = ({ sessions, exchanges, bytes, held }: Removable): object => ({
  sessions,
  exchanges,
  bytes,
  held: held.map(holdDocument),
});

/** `aitrail.prune/1`. */
export const pruneDocument = ({ places, exchanges, isDryRun }: Prune): object => ({
  schema: 'aitrail.prune/1',
  dryRun: isDryRun,
  exchanges,
  places: places.map((place) => ({
    worktree: place.worktree === '' ? null : place.worktree,
    days: place.days,
    ...removableDocument(place),
  })),
});
