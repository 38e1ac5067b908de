// HTTP/1.1 to an upstream: pools of undici.
import { type Dispatcher, Pool } from 'undici';
import type { Hop } from './hops.ts';
import type { UpstreamCall, UpstreamReply, Way } from './upstreams.ts';

const CONNECT_TIMEOUT_MS = 30_000;

/** A model may think for as long as it likes: no timeout before the headers or between bytes. */
export const PATIENT = { headersTimeout: 0, bodyTimeout: 0, allowH2: false } as const;

/** A proxy is asked for plain HTTP by the whole URL (RFC 9112 3.2.2). */
export function openPlainWay(
  origin: string,
  hop: Hop | null,
  trust: readonly string[] | null,
): Way {
  const pool = new Pool(hop === null ? origin : urlOf(hop), {
    ...PATIENT,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(trust === null ? {} : { ca: [...trust] }) },
  });
  const login = hop?.authorization ?? null;
  const authorization = login === null ? [] : ['proxy-authorization', login];
  const forProxy = ['host', new URL(origin).host, ...authorization];
  return {
    call: (request) => {
      if (hop === null) return askPool(pool, request);
      const headers = [...request.headers, ...forProxy];
      return askPool(pool, { ...request, path: origin + request.path, headers });
    },
    close: () => pool.destroy(),
  };
}

const urlOf = ({ isTls, host, port }: Hop): string =>
  `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;

export async function askPool(pool: Dispatcher, request: UpstreamCall): Promise<UpstreamReply> {
  const { method, path, headers, body, signal } = request;
  const reply = await pool.request({
    method,
    path,
    headers: [...headers],
    body,
    signal,
    responseHeaders: 'raw',
  });
  const raw: unknown = reply.headers; // with responseHeaders: 'raw' a flat list, whatever the type says
  const list = Array.isArray(raw) ? raw.map(String) : [];
  const trailers = (): readonly string[] => Object.entries(reply.trailers).flat();
  return { status: reply.statusCode, headers: list, body: reply.body, trailers };
}
