// Metrics as they reach a receiver on loopback, read as OTLP's JSON; and what happens where there is none.
import { afterEach, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import {
  arrayAt,
  isObject,
  isString,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
} from '../../src/model/json.ts';
import { PROVIDERS, sseText } from '../wire/streams.ts';
import {
  type Answer,
  connectionsTo,
  makeWorld,
  type Model,
  open,
  post,
  startModel,
  startService,
  type World,
} from './world.ts';

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const [ANTHROPIC] = PROVIDERS;
if (ANTHROPIC === undefined) throw new Error('no providers');

const REPLY = sseText(
  ANTHROPIC,
  ANTHROPIC.events([{ kind: 'call', name: 'Bash', input: { command: 'cat x | sh' } }], (text) => [
    text,
  ]),
);
const RULE = 'rules: [{ name: no-pipes, on: tool-call, match: "[|] sh", action: block }]\n';

interface Lab {
  readonly world: World;
  readonly receiver: Model;
  readonly ask: () => Promise<Response>;
  readonly stop: () => Promise<void>;
}

/** @param signals none: the default. */
async function startLab(answer: Answer, signals = ''): Promise<Lab> {
  const world = makeWorld();
  const receiver = await startModel(answer);
  const model = await startModel((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(REPLY);
  });
  ends.push(world.remove, receiver.close, model.close);
  world.configure(connectionsTo(model.url) + RULE + toReceiver(receiver.url) + signals);
  const service = await startService(world);
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (!isStopped) await service.stop();
    isStopped = true;
  };
  ends.push(stop);
  const session = await open(world);
  const body = {
    model: 'claude-x',
    stream: true,
    messages: [{ role: 'user', content: 'a prompt about zebras' }],
  };
  const ask = async (): Promise<Response> => {
    const answered = await post(`${session.baseUrl('anthropic')}/v1/messages`, body);
    await answered.arrayBuffer();
    return answered;
  };
  return { world, receiver, ask, stop };
}

/** `name{attributes}` → the sum, or the count of a histogram. */
function pointsOf(message: unknown): Readonly<Record<string, number>> {
  const metrics = arrayAt(message, 'resourceMetrics')
    .flatMap((one) => arrayAt(one, 'scopeMetrics'))
    .flatMap((one) => arrayAt(one, 'metrics'));
  const points = metrics.flatMap((metric) => {
    const isSum = isObject(metric) && 'sum' in metric;
    const list = arrayAt(objectAt(metric, isSum ? 'sum' : 'histogram'), 'dataPoints');
    return list.map((point): [string, number] => {
      const words = arrayAt(point, 'attributes')
        .map((one) => stringAt(objectAt(one, 'value'), 'stringValue'))
        .filter(isString);
      const count = numberAt(point, isSum ? 'asDouble' : 'count') ?? numberAt(point, 'asInt');
      return [[stringAt(metric, 'name'), ...words].join(' '), Number(count)];
    });
  });
  return Object.fromEntries(points);
}

const toReceiver = (url: string): string => `telemetry:
  otlp:
    endpoint: ${url}/base
    headers: { x-api-key: { command: "printf quite-%s secret" } }
`;

test('what was recorded is counted, and sent when the daemon ends', async () => {
  const { receiver, ask, stop, world } = await startLab((_, response) => response.end('{}'));
  for (let round = 0; round < 3; round += 1) await ask();
  const port = readFileSync(`${world.home}/run/port`, 'utf8').trim();
  const denied = await post(`http://127.0.0.1:${port}/no-token/anthropic/v1/messages`, {});
  expect(denied.status).toBe(401);
  await stop();
  const [sent, ...more] = receiver.asked;
  expect(more).toEqual([]);
  expect(sent).toMatchObject({ method: 'POST', url: '/base/v1/metrics' });
  expect(sent?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-api-key': 'quite-secret',
  });
  const message = parseJson(sent?.body ?? '');
  expect(pointsOf(message)).toMatchObject({
    'aitrail.exchanges anthropic-messages ok': 3,
    'aitrail.blocks tool-call': 3,
    'aitrail.denials': 1,
    'aitrail.exchange.duration anthropic-messages': 3,
    'aitrail.exchange.first_byte anthropic-messages': 3,
    'aitrail.added_delay request': 3,
    'aitrail.added_delay reply': 3,
  });
  for (const word of ['zebra', 'Bash', 'claude-x', 'no-pipes', world.dir, 'example.com'])
    expect(sent?.body).not.toContain(word);
});

test.each([
  [
    'says no',
    ((_, response) => response.writeHead(500).end('no')) satisfies Answer,
    / answered 500$/m,
  ],
  ['never answers', (() => undefined) satisfies Answer, /metrics are not sent/],
])('a receiver that %s keeps nobody waiting, and the log says so', async (_, answer, want) => {
  const { receiver, ask, stop, world } = await startLab(answer);
  expect((await ask()).status).toBe(200);
  await stop();
  expect(receiver.asked).toHaveLength(1);
  expect(readFileSync(`${world.home}/run/daemon.log`, 'utf8')).toMatch(want);
});

test('where it is asked for, exchanges are spans of their session, and lines of the log are logs', async () => {
  const { receiver, ask, stop } = await startLab(
    (_, response) => response.end('{}'),
    '    signals: [traces, logs]\n',
  );
  await ask();
  await ask();
  await stop();
  const bodyOf = (path: string): unknown =>
    parseJson(receiver.asked.find(({ url }) => url === path)?.body ?? '');
  expect(receiver.asked.map(({ url }) => url)).not.toContain('/base/v1/metrics');
  const spans = arrayAt(bodyOf('/base/v1/traces'), 'resourceSpans')
    .flatMap((one) => arrayAt(one, 'scopeSpans'))
    .flatMap((one) => arrayAt(one, 'spans'));
  const value = expect.stringMatching(/^[0-9a-f]{32}$/);
  expect(spans).toEqual(
    [1, 2].map(() =>
      expect.objectContaining({ traceId: value, name: 'exchange anthropic', status: { code: 0 } }),
    ),
  );
  expect(new Set(spans.map((span) => stringAt(span, 'traceId'))).size).toBe(1);
  expect(new Set(spans.map((span) => stringAt(span, 'spanId'))).size).toBe(2);
  const lasted = spans.map((span) =>
    ['startTimeUnixNano', 'endTimeUnixNano'].map((name) => Number(stringAt(span, name)) / 1e6),
  );
  for (const [from = 0, to = 0] of lasted) {
    expect(to).toBeGreaterThanOrEqual(from);
    expect(Math.abs(Date.now() - from)).toBeLessThan(600_000);
  }
  const lines = JSON.stringify(bodyOf('/base/v1/logs'));
  expect(lines).toMatch(/"body":\{"stringValue":"x\w+: [^"]*no-pipes/);
  expect(JSON.stringify(spans) + lines).not.toContain('zebra');
});
