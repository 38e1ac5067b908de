// Which connection a request belongs to, and where it goes: by the name in a base URL, or by the origin and path that a
// forward proxy was asked for. A client has one base URL, whatever its login; some services have paths of their own,
// which are taken as they are.
import { Fault } from '../../model/fault.ts';
import type { Connection, Policy } from '../../model/policy.ts';
import type { Knock, TunnelKnock } from '../../proxy/door.ts';
import { valueOf } from '../../proxy/headers.ts';
import { joinUpstream } from '../../proxy/target.ts';

export interface Upstream {
  readonly origin: string;
  readonly path: string;
}

interface Picked {
  readonly connection: Connection;
  /** As if it had been asked by base URL: path behind the connection's upstream. */
  readonly knock: Knock;
  readonly upstream: Upstream;
}

/** @throws Fault CONNECTION_UNKNOWN. */
export function pickConnection(policy: Policy, knock: Knock): Picked {
  if (knock.forward !== null) return pickByOrigin(policy, knock, knock.forward.origin);
  const asked = isChatGptLogin(knock) ? toChatGpt(knock) : knock;
  const connection = policy.connections[asked.connection];
  if (connection === undefined)
    throw new Fault('CONNECTION_UNKNOWN', `there is no connection named ${asked.connection}`);
  const protocol = OWN_PATHS.has(connection.name) ? 'http' : connection.protocol;
  const upstream = joinUpstream(connection.upstream, protocol, asked.path);
  return { connection, knock: asked, upstream };
}

/** Here the version segment is part of some paths and not of others: only the client knows. */
const OWN_PATHS: ReadonlySet<string> = new Set([
  'chatgpt',
  'code-assist',
  'copilot',
  'copilot-completions',
]);

/** Codex with a ChatGPT login: its bearer is nothing to the API, and its backend has another address. */
const isChatGptLogin = (knock: Knock): boolean =>
  knock.connection === 'openai' && valueOf(knock.headers, 'chatgpt-account-id') !== null;

const toChatGpt = (knock: Knock): Knock => ({
  ...knock,
  connection: 'chatgpt',
  path: knock.path.replace(/^(?:\/v1)+(?=[/?]|$)/, ''),
});

/** The longest prefix counts; what is under none is counted and not read. */
function pickByOrigin(policy: Policy, knock: Knock, origin: string): Picked {
  const upstream = { origin, path: knock.path };
  const [found] = Object.values(policy.connections)
    .map((connection) => ({ connection, prefix: prefixAt(connection, origin) }))
    .filter(({ prefix }) => prefix !== null && isUnder(knock.path, prefix))
    .toSorted((a, b) => (b.prefix ?? '').length - (a.prefix ?? '').length);
  if (found === undefined)
    return { connection: unknownAt(origin), knock: { ...knock, connection: UNKNOWN }, upstream };
  const { connection, prefix } = found;
  const path = knock.path.slice(prefix?.length ?? 0);
  const named = { ...knock, connection: connection.name };
  return {
    connection,
    knock: { ...named, path: path.startsWith('/') ? path : `/${path}` },
    upstream,
  };
}

/** The name that records of hosts without a connection carry; no configured one can have it. */
export const UNKNOWN = '(none)';

const unknownAt = (origin: string): Connection => ({
  name: UNKNOWN,
  protocol: 'http',
  upstream: origin,
  credential: null,
  isRecorded: false,
});

/** @returns the upstream's path prefix, null where its origin is another. */
function prefixAt({ upstream }: Connection, origin: string): string | null {
  const url = new URL(upstream);
  return serviceAt(url.origin) === serviceAt(new URL(origin).origin)
    ? url.pathname.replace(/\/+$/, '')
    : null;
}

/** Copilot's hosts differ by plan: what stands before the dot says nothing about the service. */
const COPILOT_HOST =
  /^https:\/\/(api|proxy)\.(?:individual|business|enterprise)\.githubcopilot\.com$/;

function serviceAt(origin: string): string {
  const kind = COPILOT_HOST.exec(origin)?.[1];
  if (kind === undefined) return origin;
  return kind === 'api'
    ? 'https://api.githubcopilot.com'
    : 'https://copilot-proxy.githubusercontent.com';
}

const isUnder = (path: string, prefix: string | null): boolean =>
  prefix !== null &&
  path.startsWith(prefix) &&
  (prefix === '' || /^[/?]?$/.test(path.charAt(prefix.length)));

/** Is it the host and port of a connection that speaks TLS? */
export const isConfigured = (policy: Policy, { host, port }: TunnelKnock): boolean =>
  Object.values(policy.connections).some(({ upstream }) => {
    const url = new URL(upstream);
    const own = url.port === '' ? 443 : Number(url.port);
    const asked = new URL(serviceAt(`https://${host.includes(':') ? `[${host}]` : host}`));
    const here = new URL(serviceAt(url.origin));
    return url.protocol === 'https:' && here.hostname === asked.hostname && own === port;
  });
