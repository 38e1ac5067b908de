// Rows R1 and R2: the client gets the model's bytes, as they come, and the record gives the same bytes again.
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { resolve as absolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { arrayAt, numberAt, objectAt, parseJson, stringAt } from '../../src/model/json.ts';
import { cutAt } from '../wire/cuts.ts';
import { storedFrame } from '../wire/stored-frame.ts';
import { type Provider, PROVIDERS, sseText } from '../wire/streams.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  open,
  post,
  type Service,
  sha256,
  startModel,
  startService,
  type World,
} from './world.ts';

/** A thousand in `npm run test:slow`. */
const RUNS = Number(process.env['AITRAIL_STREAMS'] ?? 250);
const AT_ONCE = 8;

let world: World;
let model: Model;
let service: Service;
let session: OpenedSession;
const answers = new Map<string, (response: ServerResponse) => void>();

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((asked, response) =>
    answers.get(String(asked.headers['x-case']))?.(response),
  );
  world.configure(connectionsTo(model.url));
  service = await startService(world);
  session = await open(world);
});
afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const CONNECTION = {
  'anthropic-messages': 'anthropic',
  openai: 'openai',
  gemini: 'gemini',
  http: '',
};
const urlOf = (provider: Provider): string =>
  `${session.baseUrl(CONNECTION[provider.protocol])}${provider.path}`;
/** Any will do where the format is not the question. */
const provider = pickProvider();

function pickProvider(): Provider {
  const [first] = PROVIDERS;
  if (first === undefined) throw new Error('no provider');
  return first;
}

const REQUEST = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };

const ENCODERS = {
  identity: (bytes: Uint8Array) => bytes,
  gzip: (bytes: Uint8Array) => gzipSync(bytes),
  br: (bytes: Uint8Array) => brotliCompressSync(bytes),
  deflate: (bytes: Uint8Array) => deflateSync(bytes),
  'deflate, raw': (bytes: Uint8Array) => deflateRawSync(bytes),
  zstd: storedFrame,
};

const streams = fc.record({
  provider: fc.constantFrom(...PROVIDERS),
  texts: fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { minLength: 1, maxLength: 4 }),
  encoding: fc.constantFrom(
    ...(['identity', 'gzip', 'br', 'deflate', 'deflate, raw', 'zstd'] as const),
  ),
  end: fc.constantFrom('\n', '\r\n'),
  // null: a byte at a time
  cuts: fc.option(fc.array(fc.nat(3000), { maxLength: 12 })),
});

test(`${String(RUNS)} random streams, cut anywhere, in any encoding`, async () => {
  const cases = fc.sample(streams, RUNS);
  const run = async (item: (typeof cases)[number], name: string): Promise<void> => {
    const parts = item.texts.map((text) => ({ kind: 'text', text }) as const);
    const events = item.provider.events(parts, (text) => [text]);
    const sent = Buffer.from(sseText(item.provider, events, item.end));
    const encoded = ENCODERS[item.encoding](sent);
    const everywhere = Array.from({ length: Math.min(encoded.length, 400) }, (_, at) => at);
    answers.set(name, (response) => {
      const encoding = item.encoding.split(',')[0] ?? '';
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      });
      for (const piece of cutAt(encoded, item.cuts ?? everywhere)) response.write(piece);
      response.end();
    });
    const reply = await post(urlOf(item.provider), REQUEST, { 'x-case': name });
    expect(sha256(Buffer.from(await reply.arrayBuffer())), JSON.stringify(item)).toBe(sha256(sent));
  };
  for (let first = 0; first < cases.length; first += AT_ONCE)
    await Promise.all(
      cases
        .slice(first, first + AT_ONCE)
        .map((item, i) => run(item, `random ${String(first + i)}`)),
    );
  const recorded = await listAll(world);
  expect(recorded.length).toBe(RUNS);
  for (const { outcome, clientSha256, responseSha256 } of recorded)
    expect([outcome, clientSha256]).toEqual(['ok', responseSha256]);
}, 120_000);

test('the first event arrives before the model has sent the second', async () => {
  const events = provider.events([{ kind: 'text', text: 'one two' }], (text) => text.split(' '));
  const [first = '', ...rest] = sseText(provider, events).split(/(?<=\n\n)/);
  const client = new EventEmitter();
  const order: string[] = [];
  answers.set('streaming', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(first);
    void (async () => {
      await once(client, 'first');
      order.push('second sent');
      response.end(rest.join(''));
    })();
  });
  const reply = await post(urlOf(provider), REQUEST, { 'x-case': 'streaming' });
  const chunks: string[] = [];
  for await (const chunk of reply.body ?? []) {
    chunks.push(Buffer.from(chunk).toString());
    if (chunks.length > 1) continue;
    order.push('first came');
    client.emit('first');
  }
  expect([chunks[0], chunks.join('')]).toEqual([first, first + rest.join('')]);
  expect(order).toEqual(['first came', 'second sent']);
});

const PAUSE_MS = 60;

test('show gives the bytes and the times again, replay keeps the pauses', async () => {
  session = await open(world); // one with nothing else to replay
  const text = 'paced as the model spoke';
  const events = provider.events([{ kind: 'text', text }], (whole) => whole.split(/(?<= )/));
  const sent = sseText(provider, events);
  answers.set('paced', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    void (async () => {
      for (const event of sent.split(/(?<=\n\n)/)) {
        response.write(event);
        await sleep(PAUSE_MS);
      }
      response.end();
    })();
  });
  await (await post(urlOf(provider), REQUEST, { 'x-case': 'paced' })).text();
  const exchange = (await listAll(world)).at(-1);
  const id = exchange?.id ?? '';

  const raw = await aitrail('show', id, '--raw', 'response');
  expect(sha256(raw)).toBe(sha256(sent));
  const shown = parseJson((await aitrail('show', id, '--json')).toString());
  const record = objectAt(shown, 'exchange');
  const marks = arrayAt(record['events'] === undefined ? shown : record, 'events');
  const times = marks.map((mark) => numberAt(mark, 'atMs') ?? -1);
  expect(times.length).toBe(sent.split('\n\n').length - 1);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const spokenMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  expect(spokenMs).toBeGreaterThan((times.length - 2) * PAUSE_MS * 0.8);

  expect(stringAt(shown, 'schema')).toBe('aitrail.show/1');

  const startedMs = performance.now();
  const told = await aitrail('replay', exchange?.session ?? '', '--speed', '1');
  expect(told.toString()).toContain(text);
  // events before and after the text are no steps of a replay
  expect(performance.now() - startedMs).toBeGreaterThan(spokenMs / 2);
}, 60_000);

const execute = promisify(execFile);

/** The built program, as a person runs it. @returns its standard output. */
async function aitrail(...args: string[]): Promise<Buffer> {
  const { stdout } = await execute(process.execPath, [absolute('bin/aitrail.js'), ...args], {
    cwd: world.repo,
    env: { ...world.caller.env },
    encoding: 'buffer',
    maxBuffer: 64 * 2 ** 20,
  });
  return stdout;
}
