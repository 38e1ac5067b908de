// What a client sees of the gateway before it has said anything.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:tls';
import { type AuthorityFiles, makeAuthority } from '../../src/proxy/authority.ts';

/** PEM, for a name. */
export const makeCertificate = (name: string): Promise<AuthorityFiles> => makeAuthority(name);

/** The name in the certificate of a new connection. */
export async function certificateOf(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

/** What a request with this Host gets. */
export async function statusFor(url: string, host: string): Promise<number> {
  const asked = get(`${url}/anthropic/v1/messages`, { headers: { host } });
  const [response]: readonly IncomingMessage[] = await once(asked, 'response');
  response?.resume();
  return response?.statusCode ?? 0;
}
