// Who may ask: only pages of this very server, in the browser that came in by the one-time link. Four things are needed at
// once. The Host header names this server (no rebinding of a name to loopback); Origin and Sec-Fetch-Site, where a browser
// sends them, say that one of our own pages asks; the cookie shows that this browser came in by the link; and the key,
// which scripts of our origin alone can read, because a cookie for 127.0.0.1 is sent to every port of it: another server
// on this machine may be shown it, and never sees the key.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FaultPage } from '../model/pages.ts';

export interface Refusal extends FaultPage {
  readonly status: number;
}

const KEY_HEADER = 'aitrail-key';
const COOKIE_NAME = 'aitrail';

/** What the one-time link is exchanged for. */
export interface Entry {
  readonly cookie: string;
  readonly key: string;
}

export interface Gate {
  /** The secret of the one-time link. */
  readonly token: string;
  /** @returns null where the token is wrong or was used before. */
  enter(token: string): Entry | null;
  /** @returns null for a request that may be answered. */
  refuseData(method: string, headers: IncomingHttpHeaders): Refusal | null;
}

/** @param host `127.0.0.1:PORT`. */
export function openGate(host: string): Gate {
  const [token, cookie, key] = [newSecret(), newSecret(), newSecret()];
  let isUsed = false;
  return {
    token,
    enter: (given) => {
      if (isUsed || !isSame(given, token)) return null;
      isUsed = true;
      return { cookie: `${cookieName(host)}=${cookie}; Path=/; HttpOnly; SameSite=Strict`, key };
    },
    refuseData: (method, headers) => {
      const foreign = refuseForeign(host, method, headers);
      if (foreign !== null) return foreign;
      const isKnown =
        isSame(cookieOf(headers.cookie, cookieName(host)), cookie) &&
        isSame(String(headers[KEY_HEADER] ?? ''), key);
      return isKnown ? null : NOT_ENTERED;
    },
  };
}

const NOT_ENTERED: Refusal = {
  status: 401,
  code: 'NOT_ENTERED',
  message: 'this browser has not come in by the link, or the link was used already',
  fix: 'end aitrail ui and start it again: it prints a new link',
};

export const LINK_USED: Refusal = {
  status: 403,
  code: 'LINK_USED',
  message: 'this link is not, or no longer, good: each opens one browser, once',
  fix: 'end aitrail ui and start it again: it prints a new link',
};

/** @returns null for a request to this host. */
export const refuseHost = (host: string, headers: IncomingHttpHeaders): Refusal | null =>
  headers.host === host
    ? null
    : refusal(421, 'WRONG_HOST', `this server is ${host} and nothing else`);

/** @returns null for what a page of ours asks, or a program that is no browser. */
export function refuseForeign(
  host: string,
  method: string,
  headers: IncomingHttpHeaders,
): Refusal | null {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isOurs =
    (origin === undefined ? method === 'GET' : origin === `http://${host}`) &&
    (site === undefined || site === 'same-origin');
  return isOurs ? null : refusal(403, 'WRONG_ORIGIN', 'only its own pages may ask this server');
}

const refusal = (status: number, code: string, message: string): Refusal => ({
  status,
  code,
  message,
  fix: 'open the pages by the link that aitrail ui printed',
});

const newSecret = (): string => randomBytes(24).toString('base64url');

/** Cookies do not tell ports apart: one name each, or two servers would overwrite each other's. */
const cookieName = (host: string): string => `${COOKIE_NAME}-${host.split(':')[1] ?? ''}`;

const cookieOf = (header: string | undefined, name: string): string =>
  (header ?? '')
    .split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? '';

/** In a time that does not depend on where they differ. */
const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(
    createHash('sha256').update(one).digest(),
    createHash('sha256').update(other).digest(),
  );
