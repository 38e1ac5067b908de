// The vendors' hosts as seen from a company's network: a proxy on loopback that takes CONNECT, speaks TLS and both kinds of
// HTTP under the hosts' own names, and gives what is asked there to the scripted model. Any other host is refused.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { makeAuthority, openAuthority } from '../../../src/proxy/authority.ts';
import type { ScriptedModel } from './server.ts';

export interface Internet {
  /** Of the proxy. */
  readonly url: string;
  /** Of the authority that vouches for its hosts, PEM. */
  readonly certificate: string;
  readonly close: () => Promise<void>;
}

const HOSTS = [
  'api.anthropic.com',
  'api.github.com',
  'api.individual.githubcopilot.com',
  'chatgpt.com',
] as const;

export async function startInternet(model: ScriptedModel): Promise<Internet> {
  const files = await makeAuthority('the internet');
  const authority = openAuthority(files);
  const vouched = new Map<string, SecureContext>();
  for (const host of HOSTS) vouched.set(host, await authority.contextFor(host));
  const secure = createSecureServer({
    allowHTTP1: true,
    SNICallback: (name, done) => done(null, vouched.get(name)),
  });
  secure.on('request', model.serve);
  secure.on('upgrade', model.upgrade);
  secure.on('sessionError', () => undefined);
  const sockets = new Set<Socket>();
  const proxy = createServer((_request, response) => response.writeHead(403).end());
  proxy.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  proxy.on('connect', (request, socket) => {
    const host = (request.url ?? '').replace(/:\d+$/, '');
    if (!vouched.has(host)) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    secure.emit('connection', socket);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  return {
    url: `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`,
    certificate: files.certificate,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
