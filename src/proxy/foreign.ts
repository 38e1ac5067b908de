// Who may talk to a server on loopback: programs of this machine, not web pages that a browser here happens to show.

/**
 * A page may reach loopback by DNS rebinding (its own name in Host) or directly (its origin in Origin).
 *
 * @param host the Host header. @param origin the Origin header; null where absent.
 * @param names that a server beyond loopback is known by.
 * @returns why it is refused; null where it may pass.
 */
export function findForeign(
  host: string | null,
  origin: string | null,
  names: readonly string[],
): string | null {
  if (host === null || !(isLoopback(host) || names.includes(nameOf(host))))
    return `the Host header names ${shown(host)}`;
  if (origin !== null) return `the request comes from the web page ${shown(origin)}`;
  return null;
}

/** Of `name:port`. */
const nameOf = (host: string): string => host.replace(/:\d{1,5}$/, '').toLowerCase();

/** With or without a port: the port that was dialled is ours in any case. */
const isLoopback = (host: string): boolean =>
  /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i.test(host);

const shown = (text: string | null): string =>
  text === null ? 'nothing' : JSON.stringify(text.slice(0, 200));
