// The way up: for each origin a pool of HTTP/1.1 connections, or HTTP/2 connections where the origin prefers that.
import type { Readable } from 'node:stream';
import type { Hop } from './hops.ts';
import { openPlainWay } from './upstream-pool.ts';
import { openTlsWay } from './upstream-tls.ts';

export interface UpstreamCall {
  readonly origin: string;
  /** The proxy on the way there; null: none. */
  readonly hop: Hop | null;
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
  /** The same, once the body has ended. */
  readonly trailers: () => readonly string[];
}

export interface Upstreams {
  /** @throws Error where the upstream cannot be reached or breaks off before its headers. */
  call(request: UpstreamCall): Promise<UpstreamReply>;
  close(): Promise<void>;
}

/** To one origin. */
export interface Way {
  call(request: UpstreamCall): Promise<UpstreamReply>;
  close(): Promise<void>;
}

/** @param trust certificates, PEM, beside which no others are trusted; null: Node's own. */
export function openUpstreams(trust: readonly string[] | null): Upstreams {
  const ways = new Map<string, Way>();
  const wayOf = ({ origin, hop }: UpstreamCall): Way => {
    const key = JSON.stringify([origin, hop]);
    const known = ways.get(key);
    if (known !== undefined) return known;
    const way = origin.startsWith('https:')
      ? openTlsWay(origin, hop, trust)
      : openPlainWay(origin, hop, trust);
    ways.set(key, way);
    return way;
  };
  return {
    call: (request) => wayOf(request).call(request),
    close: async () => {
      await Promise.all([...ways.values()].map((way) => way.close()));
    },
  };
}
