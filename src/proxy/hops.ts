// The caller's own proxy, as HTTPS_PROXY and its relatives name it: what goes up, goes up through it.
import { arrayAt, isString, stringAt } from '../model/json.ts';

/** As the variables say; null where one is not set. */
export interface HopRules {
  /** URL of the proxy for https origins. May hold a password: in memory only. */
  readonly https: string | null;
  readonly http: string | null;
  /** Hosts that are asked directly: `host`, `.suffix`, `host:port`, an address, a CIDR block or `*`. */
  readonly direct: readonly string[];
}

/** A proxy on the way to an origin. */
export interface Hop {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization; null without user and password. */
  readonly authorization: string | null;
}

export const NO_HOPS: HopRules = { https: null, http: null, direct: [] };

type Env = Readonly<Record<string, string | undefined>>;

/** Lower case wins, as in curl. */
export function readHopRules(env: Env): HopRules {
  const of = (name: string): string | null => {
    const given = env[name.toLowerCase()] ?? env[name] ?? '';
    return given.trim() === '' ? null : given.trim();
  };
  const all = of('ALL_PROXY');
  return {
    https: of('HTTPS_PROXY') ?? all,
    http: of('HTTP_PROXY') ?? all,
    direct: (of('NO_PROXY') ?? '').split(/[\s,]+/).filter((word) => word !== ''),
  };
}

/** What `readHopRules` gave, after a way through JSON. @returns null for anything else. */
export function parseHopRules(value: unknown): HopRules | null {
  if (typeof value !== 'object' || value === null) return null;
  return {
    https: stringAt(value, 'https'),
    http: stringAt(value, 'http'),
    direct: arrayAt(value, 'direct').filter(isString),
  };
}

/** @returns null for what is no HTTP proxy: SOCKS, or nonsense. */
export function parseHop(text: string): Hop | null {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  const isTls = protocol === 'https:';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    isTls,
    host: unbracketed(hostname),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    authorization: login === ':' ? null : `Basic ${Buffer.from(login).toString('base64')}`,
  };
}

/** The session token in a proxy's URL that is one of ours; null where it is somebody else's proxy. */
export function ownProxyToken(text: string): string | null {
  return /^http:\/\/aitrail:([A-Za-z0-9_-]+)@127\.0\.0\.1:\d+\/?$/.exec(text)?.[1] ?? null;
}

/** @returns null where the origin is asked directly, as this machine always is. */
export function pickHop(rules: HopRules, origin: string): Hop | null {
  const url = new URL(origin);
  const proxy = url.protocol === 'https:' ? rules.https : rules.http;
  const host = unbracketed(url.hostname).toLowerCase();
  if (proxy === null || isLoopback(host)) return null;
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return rules.direct.some((rule) => matches(rule, host, port)) ? null : parseHop(proxy);
}

const unbracketed = (host: string): string => host.replace(/^\[|\]$/g, '');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);

function matches(rule: string, host: string, port: number): boolean {
  const block = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(rule);
  if (block !== null) return isInBlock(host, block[1] ?? '', Number(block[2]));
  const [, name = rule, only] = /^(.*[^:]):(\d+)$/.exec(rule) ?? [];
  if (only !== undefined && Number(only) !== port) return false;
  const bare = unbracketed(name.toLowerCase()).replace(/^\*?\./, '');
  return rule === '*' || host === bare || host.endsWith(`.${bare}`);
}

function isInBlock(host: string, block: string, bits: number): boolean {
  const [address, base] = [numberOf(host), numberOf(block)];
  if (address === null || base === null || bits > 32) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) === Math.floor(base / size);
}

/** Of an IPv4 address. */
function numberOf(text: string): number | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return null;
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
