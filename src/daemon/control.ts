// The daemon's ear for our own programs and hooks: HTTP over a Unix socket that only its owner may open.
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { makePrivate } from './run-info.ts';

export interface ControlAnswer {
  readonly status: number;
  readonly body: string;
}

/** `isCallerThere` turns false when whoever asked has hung up. */
export interface ControlCall {
  readonly body: Buffer;
  readonly isCallerThere: () => boolean;
}

/** `POST /stop` → what answers. */
export type Routes = Readonly<Record<string, (call: ControlCall) => Promise<ControlAnswer>>>;

export interface Control {
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** @param socket path; a file that a killed daemon left there is replaced: the caller holds the lock. */
export async function openControl(socket: string, routes: Routes): Promise<Control> {
  const isPipe = socket.startsWith('\\\\');
  if (!isPipe) {
    await makePrivate(dirname(socket));
    await rm(socket, { force: true });
  }
  const server = createServer((incoming, response) => void answer(incoming, response, routes));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  if (!isPipe) await chmod(socket, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
): Promise<void> {
  response.on('error', () => undefined); // a hook that gave up
  const route = routes[`${incoming.method ?? ''} ${incoming.url ?? ''}`];
  try {
    const body = await readAll(incoming);
    const isCallerThere = (): boolean => !response.destroyed;
    const reply =
      route === undefined
        ? { status: 404, body: 'no such thing\n' }
        : await route({ body, isCallerThere });
    response.writeHead(reply.status, { connection: 'close' }).end(reply.body);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    response.writeHead(500, { connection: 'close' }).end(`${why}\n`);
  }
}

async function readAll(incoming: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly timeoutMs: number;
}

/** @returns null where nobody answers in time. */
export function askControl(socket: string, question: Question): Promise<ControlAnswer | null> {
  return new Promise((resolve) => {
    const call = request(
      {
        socketPath: socket,
        method: question.method,
        path: question.path,
        timeout: question.timeoutMs,
      },
      (response) => {
        readAll(response).then(
          (body) => resolve({ status: response.statusCode ?? 500, body: body.toString('utf8') }),
          () => resolve(null),
        );
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(null));
    call.end(question.body ?? '');
  });
}
