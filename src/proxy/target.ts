// Base-URL mode: `/<token>/<connection>/<the provider's own path>`, and what that path is at the upstream.
import type { Protocol } from '../model/wire.ts';

export interface Target {
  readonly token: string;
  readonly connection: string;
  /** Path and query; starts with a slash. */
  readonly path: string;
}

/** @param url request target in origin form. @returns null where token or connection are missing. */
export function parseTarget(url: string): Target | null {
  const match = /^\/+([A-Za-z0-9_-]{1,128})\/([A-Za-z0-9][A-Za-z0-9_-]*)(?=[/?]|$)(.*)$/s.exec(url);
  if (match === null) return null;
  const [, token = '', connection = '', rest = ''] = match;
  return { token, connection, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** `/<connection>/<path>`: how somebody asks who shows another credential than a session token. */
export function parseBareTarget(url: string): Omit<Target, 'token'> | null {
  const match = /^\/+([a-z0-9][a-z0-9-]*)(?=[/?]|$)(.*)$/s.exec(url);
  if (match === null) return null;
  const [, connection = '', rest = ''] = match;
  return { connection, path: rest.startsWith('/') ? rest : `/${rest}` };
}

interface Versioning {
  readonly version: string;
  /** First segments that stand behind the version. */
  readonly roots: readonly string[];
}

const VERSIONING: Readonly<Record<Protocol, Versioning | null>> = {
  'anthropic-messages': { version: 'v1', roots: ['messages', 'complete', 'models', 'files'] },
  openai: {
    version: 'v1',
    roots: [
      'responses',
      'chat',
      'completions',
      'engines',
      'models',
      'embeddings',
      'files',
      'moderations',
    ],
  },
  gemini: { version: 'v1beta', roots: ['models', 'files', 'cachedContents', 'tunedModels'] },
  http: null,
};

const VERSION = String.raw`\/v\d+(?:alpha|beta)?\d*`;
const REPEATED_VERSION = new RegExp(`^(?:${VERSION})+(${VERSION})(?=[/?]|$)`);
const LEADING_VERSION = new RegExp(`^${VERSION}(?=[/?]|$)`);
const FINAL_VERSION = new RegExp(`${VERSION}$`);

/**
 * Joins the upstream with the path that the client asked for. Clients differ in whether their base URL ends in the
 * version segment, so one that is doubled is dropped and one that is missing is added.
 *
 * @param upstream origin and optional path prefix, no trailing slash.
 */
export function joinUpstream(
  upstream: string,
  protocol: Protocol,
  path: string,
): { readonly origin: string; readonly path: string } {
  const { origin, pathname } = new URL(upstream);
  const prefix = pathname.replace(/\/+$/, '');
  return { origin, path: prefix + fitVersion(prefix, protocol, path) };
}

function fitVersion(prefix: string, protocol: Protocol, path: string): string {
  const rule = VERSIONING[protocol];
  if (rule === null) return path;
  const single = path.replace(REPEATED_VERSION, '$1');
  if (FINAL_VERSION.test(prefix)) return single.replace(LEADING_VERSION, '');
  const first = /^\/([^/?:]*)/.exec(single)?.[1] ?? '';
  return rule.roots.includes(first) ? `/${rule.version}${single}` : single;
}

/**
 * A client that follows a redirect, or is told where to send the rest of an upload, must come to us again.
 *
 * @param base path of the connection here: `/TOKEN/CONNECTION`.
 * @param upstream as in joinUpstream.
 * @returns the path here of what the upstream calls so; other places stay as they are.
 */
export function placeHere(base: string, upstream: string, location: string): string {
  const { origin, pathname } = new URL(upstream);
  const prefix = pathname.replace(/\/+$/, '');
  const isAbsolute = /^https?:\/\//i.test(location);
  if (!isAbsolute && !/^\/(?!\/)/.test(location)) return location;
  if (!URL.canParse(location, origin)) return location;
  const place = new URL(location, origin);
  const isUnder = place.pathname === prefix || place.pathname.startsWith(`${prefix}/`);
  if (place.origin !== origin || !isUnder) return location;
  return base + place.pathname.slice(prefix.length) + place.search + place.hash;
}
