// What a client's own hooks run before it talks to its model: nothing where the daemon answers, else its start.
import { socketPath } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';

/**
 * @param script the program's own entry.
 * @returns one POSIX shell line without output; exit status 2 where no daemon can be had, which clients take for a stop.
 */
export function ensureCommand({ env }: Caller, script: string): string {
  const home = env['AITRAIL_HOME'] ?? '';
  const asks = `curl -q -sf --noproxy '*' -m 2 --unix-socket ${quote(socketPath(env))} http://localhost/alive`;
  const starts = `${quote(process.execPath)} ${quote(script)} proxy start`;
  // the client may be started from a shell that does not have it
  const here = home === '' ? '' : `AITRAIL_HOME=${quote(home)} `;
  return `${asks} >/dev/null 2>&1 || ${here}${starts} >/dev/null || exit 2`;
}

/** @returns one POSIX shell line that hands its stdin to the daemon: silent, bounded, and never in anybody's way. */
export const reportCommand = ({ env }: Caller): string =>
  `curl -q -s --noproxy '*' -m 2 --unix-socket ${quote(socketPath(env))} --data-binary @- http://localhost/client-report >/dev/null 2>&1 || true`;

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
