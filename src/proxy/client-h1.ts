// A client that speaks HTTP/1.1: node's request and response.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Asked, Client } from './client.ts';
import { fieldsOf } from './headers.ts';

export const askedOfH1 = (request: IncomingMessage): Asked => ({
  method: request.method ?? 'GET',
  url: request.url ?? '/',
  headers: request.rawHeaders,
  host: request.headers.host ?? null,
  origin: request.headers.origin ?? null,
  hasBody:
    request.headers['content-length'] !== undefined ||
    request.headers['transfer-encoding'] !== undefined,
  body: () => request.iterator({ destroyOnReturn: false }),
});

export function clientOfH1(response: ServerResponse): Client {
  let hasWritten = false;
  response.on('error', () => undefined); // a client that has gone is seen by its closed socket
  return {
    hasBegun: () => response.headersSent,
    isGone: () => response.destroyed && !response.writableFinished,
    begin: (status, headers) => void response.writeHead(status, [...headers]),
    // where the first bytes come at once, head and bytes leave in one write
    flush: () =>
      void setImmediate(() => {
        if (!hasWritten && !response.destroyed) response.flushHeaders();
      }),
    write: (bytes) => {
      hasWritten = true;
      return response.write(bytes) ? null : drained(response);
    },
    end: (trailers) => {
      if (trailers.length > 0) response.addTrailers(fieldsOf(trailers));
      hasWritten = true;
      response.end();
    },
    // the last write reaches the socket in this turn of the loop
    cut: () => void setImmediate(() => response.socket?.destroySoon()),
    onClose: (act) => void (response.destroyed ? act() : response.once('close', act)),
  };
}

/** Resolves when the client has taken what was written, or has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
