// The way up: one pool of connections per origin.
import type { Readable } from 'node:stream';
import { Pool } from 'undici';

export interface UpstreamCall {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | null;
  readonly signal: AbortSignal;
}

export interface UpstreamReply {
  readonly status: number;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Upstreams {
  /** @throws Error of undici where the upstream cannot be reached or breaks off before its headers. */
  call(request: UpstreamCall): Promise<UpstreamReply>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 30_000;

/** @param trust certificates, PEM, beside which no others are trusted; null: Node's own. */
export function openUpstreams(trust: readonly string[] | null): Upstreams {
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    // a model may think for as long as it likes: no timeout before the headers or between bytes
    const pool = new Pool(origin, {
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: { timeout: CONNECT_TIMEOUT_MS, ...(trust === null ? {} : { ca: [...trust] }) },
    });
    pools.set(origin, pool);
    return pool;
  };
  return {
    call: async ({ origin, method, path, headers, body, signal }) => {
      const reply = await poolOf(origin).request({
        method,
        path,
        headers: [...headers],
        body,
        signal,
        responseHeaders: 'raw',
      });
      const raw: unknown = reply.headers; // with responseHeaders: 'raw' a flat list, whatever the type says
      const list = Array.isArray(raw) ? raw.map(String) : [];
      return { status: reply.statusCode, headers: list, body: reply.body };
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}
