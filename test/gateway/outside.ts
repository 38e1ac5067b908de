// What lies outside, as a process of its own: a model and a git server, which take the real key alone.
// Arguments: address, directory of repositories, key. Prints its port, and each request with what it showed.
import { createServer } from 'node:http';
import { answerAsGit } from '../daemon/stand-ins.ts';

const [address = '', root = '', key = ''] = process.argv.slice(2);
const env = { PATH: process.env['PATH'] ?? '', HOME: root };
const basic = `Basic ${Buffer.from(`x-access-token:${key}`).toString('base64')}`;

const server = createServer((asked, response) => {
  const chunks: Buffer[] = [];
  asked.on('data', (chunk: Buffer) => chunks.push(chunk));
  asked.on('end', () => {
    const { method = '', headers } = asked;
    const { pathname: path, search } = new URL(asked.url ?? '/', 'http://x');
    const isKnown = headers['x-api-key'] === key || headers.authorization === basic;
    process.stdout.write(`${method} ${path} ${isKnown ? 'known' : 'unknown'}\n`);
    if (!isKnown) return void response.writeHead(401).end();
    if (path.startsWith('/v1/'))
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"type":"message","role":"assistant","content":[{"type":"text","text":"hello"}]}');
    const sent = { method, path, query: search.slice(1), headers, body: Buffer.concat(chunks) };
    void answerAsGit(sent, root, env).then((answer) =>
      response.writeHead(answer.status, answer.headers).end(answer.body),
    );
  });
});
server.listen(0, address, () => {
  const at = server.address();
  process.stdout.write(`port ${String(typeof at === 'object' ? at?.port : 0)}\n`);
});
