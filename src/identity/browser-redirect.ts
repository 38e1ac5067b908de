// Where a browser comes back to after a login: a port of this machine, for one answer (RFC 8252, 7.3).
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Fault } from '../model/fault.ts';

export interface BrowserLogin {
  /** Of the redirect; 0: any. */
  readonly port: number;
  /** Called with the link that the person opens. */
  readonly show: (link: string) => void;
  /** How long the person has. */
  readonly waitMs: number;
}

export interface Redirect {
  readonly port: number;
  readonly url: string;
  /** The address that the browser was sent to. @throws Fault LOGIN_FAILED where nobody came in time. */
  wait(waitMs: number): Promise<URL>;
  close(): void;
}

const CALLBACK = '/callback';

/** @throws Fault PORT_BUSY. */
export async function openRedirect(port: number): Promise<Redirect> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Fault('PORT_BUSY', `port ${String(port)} cannot be used`, { cause });
  }
  const address = server.address();
  const opened = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${String(opened)}${CALLBACK}`;
  return {
    port: opened,
    url,
    wait: (waitMs) => waitForRedirect(server, url, waitMs),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const SAID = 'You can close this window and go on in the terminal.\n';

function waitForRedirect(server: Server, redirect: string, waitMs: number): Promise<URL> {
  return new Promise((resolve, reject) => {
    const late = new Fault('LOGIN_FAILED', 'nobody has logged in in time');
    const timer = setTimeout(() => reject(late), waitMs);
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', redirect);
      // other pages of the browser know the port too; what they lack is the state
      const isIt = url.pathname === CALLBACK && url.searchParams.has('state');
      response.writeHead(isIt ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(isIt ? SAID : 'not here\n');
      if (!isIt) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}
