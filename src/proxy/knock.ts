// What a request asks for: by the base URL that a client was given, or through the forward proxy.
import type { Asked } from './client.ts';
import type { Door, Knock } from './door.ts';
import { findForeign } from './foreign.ts';
import { valueOf } from './headers.ts';
import { parseBareTarget, parseTarget } from './target.ts';

/** Of a decrypted CONNECT; null for a connection that came straight to us. */
export interface Tunnelled {
  readonly token: string;
  readonly origin: string;
}

/** The session token: the password of `http://aitrail:TOKEN@127.0.0.1:PORT`. @returns null without one. */
export function proxyToken(headers: readonly string[]): string | null {
  const given = /^basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(
    valueOf(headers, 'proxy-authorization') ?? '',
  );
  if (given === null) return null;
  const text = Buffer.from(given[1] ?? '', 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

export function knockOf({ method, url, headers }: Asked, tunnelled: Tunnelled | null): Knock {
  const sent = { method, headers, bare: null };
  if (tunnelled !== null) {
    const { token, origin } = tunnelled;
    return { ...sent, token, connection: '', forward: { origin, isTunnelled: true }, path: url };
  }
  const absolute = parseAbsolute(url);
  if (absolute === null) return { ...sent, ...byBaseUrl(url), forward: null };
  const forward = { origin: absolute.origin, isTunnelled: false };
  return {
    ...sent,
    token: proxyToken(headers) ?? '',
    connection: '',
    forward,
    path: absolute.path,
  };
}

function byBaseUrl(url: string): Pick<Knock, 'token' | 'connection' | 'path' | 'bare'> {
  const bare = parseBareTarget(url);
  return { ...(parseTarget(url) ?? { token: '', connection: '', path: url }), bare };
}

/** RFC 9112 3.2.2: how a proxy is asked for plain HTTP. */
function parseAbsolute(url: string): { readonly origin: string; readonly path: string } | null {
  const match = /^(https?:\/\/[^/?#\s@]+)(.*)$/i.exec(url);
  if (match === null || !URL.canParse(match[1] ?? '')) return null;
  const rest = match[2] ?? '';
  return { origin: new URL(match[1] ?? '').origin, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** @returns why the asker may not talk to us; null where it may. A proxied request names its own host and origin. */
export function findStranger(
  { host, origin }: Asked,
  knock: Knock,
  names: Door['names'] = [],
): string | null {
  if (knock.forward !== null) return null; // no web page can send the token that these need
  return findForeign(host, origin, names);
}
