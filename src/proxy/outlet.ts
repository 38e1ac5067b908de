// The client's side of one reply: the head goes out with the first byte, writing waits for a slow reader, and a reply
// that broke off looks broken off.
import type { Client } from './client.ts';
import type { Refusal, ReplyHead } from './door.ts';
import { clientHeaders, valueOf } from './headers.ts';
import { refuse } from './refuse.ts';

export interface Outlet {
  /** A stream of events: its head has gone out already. */
  readonly isStream: boolean;
  /** @returns a promise where the client has to catch up. @throws Error where it has gone. */
  write(bytes: Uint8Array): Promise<void> | null;
  /** A sign of life, between two events. @throws Error where the client has gone. */
  tell(sign: Uint8Array): Promise<void> | null;
  end(): void;
  /** Ends the connection after what was written, without the mark of a complete reply. */
  cut(): void;
  /** An answer of our own where nothing was sent yet, else a cut. */
  refuse(refusal: Refusal): void;
  isGone(): boolean;
  /** Resolves when the client hangs up, or has everything. */
  gone(): Promise<unknown>;
}

export interface Reply extends ReplyHead {
  /** Names and values by turns, once the body has ended. */
  readonly trailers: () => readonly string[];
}

/** @param method HEAD has the headers of a body and none of it. */
export function openOutlet(client: Client, reply: Reply, method: string): Outlet {
  const hasBody = method !== 'HEAD' && reply.status !== 204 && reply.status !== 304;
  const isStream = (valueOf(reply.headers, 'content-type') ?? '').startsWith('text/event-stream');
  let closed: Promise<unknown> | null = null;
  const sendHead = (): void => {
    if (!client.hasBegun()) client.begin(reply.status, clientHeaders(reply.headers, hasBody));
  };
  if (isStream) {
    sendHead(); // it says that the model has begun to think
    client.flush();
  }
  const write: Outlet['write'] = (bytes) => {
    if (bytes.length === 0) return null;
    if (client.isGone()) throw new Error('the client has gone');
    sendHead();
    return client.write(bytes);
  };
  return {
    isStream,
    write,
    tell: write,
    end: () => {
      sendHead();
      client.end(reply.trailers());
    },
    cut: () => client.cut(),
    refuse: (refusal) => {
      if (client.hasBegun()) client.cut();
      else refuse(client, refusal);
    },
    isGone: () => client.isGone(),
    gone: () => (closed ??= new Promise((resolve) => client.onClose(() => resolve(null)))),
  };
}
