// A model on loopback that streams as a provider does, a bare pass-through before it, and aitrail's daemon beside that.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { isObject, parseJson } from '../../src/model/json.ts';
import { startMitmproxy } from './mitmproxy.ts';
import { makeRepository, openPlace, type Place } from './place.ts';
import { isInstalled } from './timing.ts';

export interface Route {
  readonly name: 'direct' | 'pass-through' | 'mitmproxy' | 'aitrail';
  /** Up to and without the provider's own path. */
  readonly url: string;
}

export interface Contest {
  readonly place: Place;
  readonly routes: readonly Route[];
  /** Process id of the daemon. */
  readonly daemonPid: number;
  readonly close: () => Promise<void>;
}

export type Answer = (response: ServerResponse, body: Buffer) => void;

/** @param hasPeers with mitmproxy, where it is installed. */
export async function openContest(answer: Answer, hasPeers = false): Promise<Contest> {
  const model = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => answer(response, Buffer.concat(chunks)));
  });
  const direct = await listen(model);
  const through = await startPassThrough(direct);
  const mitmproxy = hasPeers && isInstalled('mitmdump') ? await startMitmproxy(direct) : null;
  const place = openPlace();
  const aitrail = startAitrail(place, direct);
  return {
    place,
    daemonPid: aitrail.pid,
    routes: [
      { name: 'direct', url: direct },
      { name: 'pass-through', url: through.url },
      ...(mitmproxy === null ? [] : [{ name: 'mitmproxy' as const, url: mitmproxy.url }]),
      { name: 'aitrail', url: aitrail.url },
    ],
    close: async () => {
      through.child.kill();
      mitmproxy?.child.kill();
      model.closeAllConnections();
      model.close();
      await once(model, 'close');
      place.remove();
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${String(isObject(address) ? address.port : 0)}`;
}

function startAitrail(
  place: Place,
  upstream: string,
): { readonly url: string; readonly pid: number } {
  place.put(
    'config/aitrail/config.yaml',
    `connections:\n  anthropic: { protocol: anthropic-messages, upstream: "${upstream}" }\n`,
  );
  makeRepository(place, 'repo');
  const env = parseJson(place.aitrail('repo', 'env', '--shell', 'json'));
  const status = parseJson(place.aitrail('repo', 'proxy', 'status', '--json'));
  const url = isObject(env) ? env['ANTHROPIC_BASE_URL'] : undefined;
  const pid = isObject(status) ? status['pid'] : undefined;
  if (typeof url !== 'string' || typeof pid !== 'number')
    throw new Error('the daemon did not start');
  return { url, pid };
}

async function startPassThrough(
  upstream: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const script = fileURLToPath(new URL('./pass-through.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, upstream], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line]: unknown[] = await once(child.stdout, 'data');
  return { child, url: String(line).trim() };
}

export interface Heard {
  /** Until the first byte of the body. */
  readonly firstMs: number;
  readonly totalMs: number;
  readonly bytes: number;
}

/** One request, heard to its end. */
export function ask(route: Route, body: string): Promise<Heard> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'x-api-key': 'k',
      'anthropic-version': '2023-06-01',
    };
    const call = request(
      `${route.url}/v1/messages`,
      { method: 'POST', headers, agent: false },
      (response) => {
        let [firstMs, bytes] = [-1, 0];
        response.on('data', (chunk: Buffer) => {
          if (firstMs < 0) firstMs = performance.now() - start;
          bytes += chunk.length;
        });
        response.on('error', reject);
        response.on('end', () => {
          const heard = { firstMs, totalMs: performance.now() - start, bytes };
          if (response.statusCode === 200) resolve(heard);
          else reject(new Error(`${route.name}: ${String(response.statusCode)}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** A request of about that many bytes, none like another. */
export const requestOf = (bytes: number, mark: string): string =>
  JSON.stringify({
    model: 'claude-x',
    max_tokens: 100,
    stream: true,
    messages: [
      { role: 'user', content: `${mark} ${'the words of a long prompt '.repeat(bytes / 27)}` },
    ],
  });

const event = (type: string, facts: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...facts })}\n\n`;

/** A streamed reply of so many small events, as Anthropic's API frames it. */
export function writeReply(response: ServerResponse, deltas: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [],
    usage,
  };
  response.write(event('message_start', { message }));
  response.write(
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  );
  for (let at = 0; at < deltas; at += 1) {
    const delta = { type: 'text_delta', text: `word${String(at)} and ` };
    response.write(event('content_block_delta', { index: 0, delta }));
  }
  response.write(event('content_block_stop', { index: 0 }));
  response.write(event('message_delta', { delta: { stop_reason: 'end_turn' }, usage }));
  response.end(event('message_stop', {}));
}
