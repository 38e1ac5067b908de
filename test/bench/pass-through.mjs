// The least that a proxy in Node can do: what bars are measured against. Prints its address.
import { createServer, request } from 'node:http';
import { pipeline } from 'node:stream';

const upstream = process.argv[2] ?? '';
const server = createServer((incoming, response) => {
  const { method, headers, url } = incoming;
  const call = request(`${upstream}${url ?? ''}`, { method, headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.headers);
    pipeline(reply, response, () => undefined);
  });
  pipeline(incoming, call, () => undefined);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`http://127.0.0.1:${String(port)}\n`);
});
