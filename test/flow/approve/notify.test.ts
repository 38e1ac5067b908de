// Webhooks against a real receiver on loopback that checks the signature as Standard Webhooks describes it.
import { createHmac } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type News, openNotifier } from '../../../src/flow/approve/notify.ts';
import { parseJson } from '../../../src/model/json.ts';
import { NO_HOPS } from '../../../src/proxy/hops.ts';
import { openUpstreams } from '../../../src/proxy/upstreams.ts';

const KEY = Buffer.from('a key of thirty-two bytes, no less');
const SECRET = `whsec_${KEY.toString('base64')}`;
const NEWS: News = {
  on: 'approval',
  subject: 'tool-call',
  rule: 'pipe-to-shell',
  place: { repository: '/home/ada/work/.git', remote: null },
  exchange: 'ex1',
  approval: 'a123',
  command: 'aitrail approvals show a123',
};

interface Got {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** @param statuses one for each request; the last for all that follow; 0: no answer. */
async function startReceiver(statuses: readonly number[]) {
  const got: Got[] = [];
  const bell = new EventEmitter();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = statuses[Math.min(got.length, statuses.length - 1)] ?? 200;
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (status > 0) response.writeHead(status).end('thanks');
      bell.emit('got');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const until = async (count: number): Promise<void> => {
    while (got.length < count) await once(bell, 'got', { signal: AbortSignal.timeout(5000) });
  };
  return { url: `http://127.0.0.1:${port}/in?from=here`, got, until };
}

function start(url: string, secret = SECRET) {
  const lines: string[] = [];
  const asked: string[] = [];
  const notifier = openNotifier({
    upstreams: openUpstreams(null),
    hops: NO_HOPS,
    credentials: ({ name }) => {
      asked.push(name);
      return Promise.resolve(secret);
    },
    warn: (line) => lines.push(line),
    pausesMs: [5, 5],
  });
  open.unshift(() => notifier.close());
  const place = { file: 'config.yaml', line: 1, column: 1 };
  const target = { on: ['approval'], url, secret: { kind: 'keyring' }, place } as const;
  return {
    tell: (news: News) => notifier.tell({ notify: [target] }, news),
    notifier,
    lines,
    asked,
  };
}

function isSigned({ headers, body }: Got, key: Buffer | string): boolean {
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const wanted = createHmac('sha256', key).update(text).digest('base64');
  return headers['webhook-signature'] === `v1,${wanted}`;
}

test.each([
  ['encoded key', SECRET, KEY],
  ['plain words', 'some plain words', 'some plain words'],
])('signed over id, time and body: %s', async (_, secret, key) => {
  const { url, got, until } = await startReceiver([204]);
  const { tell, asked } = start(url, secret);
  tell(NEWS);
  await until(1);
  expect(got.map((one) => isSigned(one, key))).toEqual([true]);
  expect(asked).toEqual([`notify:${new URL(url).host}`]);
  const ageMs = Date.now() - Number(got[0]?.headers['webhook-timestamp']) * 1000;
  expect(ageMs).toBeLessThan(60_000);
  expect(parseJson(got[0]?.body ?? '')).toEqual({
    schema: 'aitrail.notice/1',
    type: 'approval',
    at: expect.stringMatching(/^20\d\d-/),
    subject: 'tool-call',
    rule: 'pipe-to-shell',
    repository: 'work',
    exchange: 'ex1',
    approval: 'a123',
    command: 'aitrail approvals show a123',
  });
});

test('tried again with the same id until it is taken', async () => {
  const { url, got, until } = await startReceiver([500, 429, 200]);
  const { tell, notifier, lines } = start(url);
  tell(NEWS);
  await until(3);
  await notifier.close();
  expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(got.every((one) => isSigned(one, KEY))).toBe(true);
  expect(lines).toEqual([]);
});

test.each([
  [410, 1],
  [503, 3],
])('given up with one line: %i, after %i tries', async (status, tries) => {
  const { url, got, until } = await startReceiver([status]);
  const { tell, notifier, lines } = start(url);
  tell(NEWS);
  await until(tries);
  await notifier.close();
  expect(got).toHaveLength(tries);
  expect(lines).toEqual([expect.stringMatching(`: it answered ${status}$`)]);
  expect(lines.join('')).not.toContain('/in'); // the path may be a secret
});

test('a receiver that never answers, or is not there, keeps nobody waiting', async () => {
  const { url, until } = await startReceiver([0]);
  const { tell, notifier, lines } = start(url);
  for (let i = 0; i < 120; i += 1) tell(NEWS);
  await until(1);
  await notifier.close();
  expect(lines.filter((line) => line.includes('too slow'))).toHaveLength(20);
  const gone = start('http://127.0.0.1:1/');
  gone.tell(NEWS);
  await gone.notifier.close();
  expect(gone.lines).toEqual([expect.stringMatching(/did not get a notice/)]);
});

test('who did not ask for this kind hears nothing', async () => {
  const { url } = await startReceiver([200]);
  const { tell, asked, notifier } = start(url);
  tell({ ...NEWS, on: 'gap' });
  await notifier.close();
  expect(asked).toEqual([]);
});
