// Rules with `action: mask` on http connections: values that no pattern knows, masked both ways and accounted for.
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import {
  type Asked,
  listAll,
  makeWorld,
  type Model,
  open,
  type Service,
  sha256,
  startModel,
  startService,
  withStore,
  type World,
} from './world.ts';

const SECRET = {
  kind: 'Secret',
  data: { user: 'plain words', pin: 4711 },
  metadata: { name: 'db' },
};
const CONFIG = `connections:
  kube: { protocol: http, upstream: "URL" }
rules:
  - { name: kube-data, on: http, path: "/api/v1/**/secrets/*", mask: ["$.data.*", "$..token"], action: mask }
  - { name: people, on: http, method: POST, path: "/people", mask: ["$.name"], side: request, action: mask }
`;
const PLACEHOLDER = /^AITRAIL_(?:kube_data|people)_[0-9a-f]{8}$/;

let world: World;
let api: Model;
let service: Service;
let session: OpenedSession;
/** Lets the API say the rest. */
let goOn = (): void => undefined;
let answer: (asked: Asked, response: ServerResponse) => void = () => undefined;

const says =
  (body: string, type = 'application/json', status = 200) =>
  (_asked: Asked, response: ServerResponse): void =>
    void response.writeHead(status, { 'content-type': type, etag: '"1"' }).end(body);

beforeAll(async () => {
  world = makeWorld();
  api = await startModel((asked, response) => answer(asked, response));
  world.configure(CONFIG.replace('URL', api.url));
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  await api.close();
  world.remove();
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${session.baseUrl('kube')}${path}`, init);
const last = async () => (await listAll(world)).at(-1);

test('a reply: values at the places, here and at rest; the rest byte for byte', async () => {
  answer = says(JSON.stringify(SECRET));
  const reply = await ask('/api/v1/namespaces/a/secrets/db');
  const got = JSON.parse(await reply.text());
  expect(got).toEqual({
    ...SECRET,
    data: { user: expect.stringMatching(PLACEHOLDER), pin: expect.stringMatching(PLACEHOLDER) },
  });
  expect(reply.headers.get('etag')).toBeNull();
  const exchange = await last();
  expect(exchange).toMatchObject({
    responseSha256: sha256(JSON.stringify(SECRET)),
    masks: [
      { rule: 'kube-data', direction: 'toAgent', isForwarded: false, channel: 'body' },
      { rule: 'kube-data', direction: 'toAgent', isForwarded: false, channel: 'body' },
    ],
  });
  const ranges = exchange?.masks.flatMap((mask) => mask.ranges) ?? [];
  expect(ranges.map(([from, to]) => JSON.stringify(SECRET).slice(from, to))).toEqual([
    '"plain words"',
    '4711',
  ]);
  const kept = await withStore(world, (store) => store.readReply(exchange?.id ?? ''));
  expect(JSON.parse(Buffer.from(kept).toString())).toEqual(got);
});

test('a request: the API gets placeholders, with a length that is true', async () => {
  answer = says('{"name":"Ada"}');
  const body = '{"name": "Ada Lovelace", "age":36}';
  const reply = await ask('/people', { method: 'POST', body });
  expect(await reply.text()).toBe('{"name":"Ada"}'); // side: request
  const asked = api.asked.at(-1);
  expect(JSON.parse(asked?.body ?? '')).toEqual({
    name: expect.stringMatching(PLACEHOLDER),
    age: 36,
  });
  expect(asked?.headers['content-length']).toBe(String(asked?.body.length));
  const exchange = await last();
  expect(exchange?.masks).toMatchObject([
    { rule: 'people', direction: 'toModel', isForwarded: false, ranges: [[9, 23]] },
  ]);
  const kept = await withStore(world, (store) => store.readRequest(exchange?.id ?? ''));
  expect(Buffer.from(kept).toString()).toBe(asked?.body);
});

test.each([
  ['another path', '/api/v1/namespaces/a/configmaps/db', {}],
  ['another method', '/people', { method: 'PUT', body: '{"name":"x y"}' }],
])('%s: as it is', async (_, path, init: RequestInit) => {
  answer = says(JSON.stringify(SECRET));
  expect(await (await ask(path, init)).text()).toBe(JSON.stringify(SECRET));
  expect(api.asked.at(-1)?.body).toBe(init.body ?? '');
});

test('what is no JSON has no places to mask: stopped where it may hold values', async () => {
  const path = '/api/v1/namespaces/a/secrets/db';
  answer = says('k8s\0plain words', 'application/vnd.kubernetes.protobuf');
  expect(await (await ask(path)).text()).not.toContain('plain');
  answer = says('no such thing', 'text/plain', 404);
  expect(await (await ask(path)).text()).toBe('no such thing');

  const before = api.asked.length;
  const refused = await ask('/people', { method: 'POST', body: 'name=Ada' });
  expect([refused.status, api.asked.length]).toEqual([403, before]);
  expect(refused.headers.get('x-aitrail-error')).toBe('RULE_BLOCKED');
  expect(await refused.text()).toContain('rule people masks values in requests');
});

test('a watch goes on event by event', async () => {
  answer = (_asked, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write('{"token":"one"}\n');
    goOn = (): void => void response.end('{"token":"two"}\n');
  };
  const reply = await ask('/api/v1/namespaces/a/secrets/db?watch=1');
  let got = '';
  for await (const chunk of reply.body ?? []) {
    got += Buffer.from(chunk).toString();
    if (got.includes('}')) goOn(); // the second comes once the first is here
  }
  expect(got).toMatch(/^(?:\{"token":"AITRAIL_kube_data_\w+"\}\n){2}$/);
});
