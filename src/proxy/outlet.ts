// The client's side of one reply: the head goes out with the first byte, writing waits for a slow reader, and a reply
// that broke off looks broken off.
import type { ServerResponse } from 'node:http';
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

/** @param method HEAD has the headers of a body and none of it. */
export function openOutlet(client: ServerResponse, head: ReplyHead, method: string): Outlet {
  const hasBody = method !== 'HEAD' && head.status !== 204 && head.status !== 304;
  const isStream = (valueOf(head.headers, 'content-type') ?? '').startsWith('text/event-stream');
  let closed: Promise<unknown> | null = null;
  const sendHead = (): void => {
    if (!client.headersSent) client.writeHead(head.status, clientHeaders(head.headers, hasBody));
  };
  const cut = (): void => {
    // the last write reaches the socket in this turn of the loop
    setImmediate(() => client.socket?.destroySoon());
  };
  if (isStream) {
    sendHead(); // it says that the model has begun to think
    client.flushHeaders();
  }
  const write: Outlet['write'] = (bytes) => {
    if (bytes.length === 0) return null;
    if (client.destroyed) throw new Error('the client has gone');
    sendHead();
    return client.write(bytes) ? null : drained(client);
  };
  return {
    isStream,
    write,
    tell: write,
    end: () => {
      sendHead();
      client.end();
    },
    cut,
    refuse: (refusal) => {
      if (client.headersSent) cut();
      else refuse(client, refusal);
    },
    isGone: () => client.destroyed && !client.writableFinished,
    gone: () => (closed ??= closing(client)),
  };
}

const closing = (client: ServerResponse): Promise<unknown> =>
  client.destroyed
    ? Promise.resolve()
    : new Promise((resolve) => client.once('close', () => resolve(null)));

/** Resolves when the client has taken what was written, or has gone. */
function drained(client: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      client.off('drain', done);
      client.off('close', done);
      resolve();
    };
    client.on('drain', done);
    client.on('close', done);
  });
}
