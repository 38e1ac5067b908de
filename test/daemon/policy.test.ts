// What the policy in force does to a stream: mask, stop, warn, observe, refuse.
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Provider, PROVIDERS, sseText } from '../wire/streams.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  open,
  post,
  type Service,
  startModel,
  startService,
  type World,
} from './world.ts';

const CANARY = ['gh', 'p_', 'R8s2LqX0vBn4TzKd7W', 'mY1cJ6hPf3GaUe9NiQ'].join('');
const REQUEST = { model: 'claude-x', stream: true, messages: [{ role: 'user', content: 'go' }] };

let world: World;
let model: Model;
let service: Service;
let answer: (response: ServerResponse) => void = () => undefined;

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((_asked, response) => answer(response));
  service = await startService(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

/** A session under these settings of the user; opening one reads the files anew. */
async function openUnder(
  settings: string,
  repositoryFile = '',
): Promise<(body?: unknown) => Promise<Response>> {
  world.configure(connectionsTo(model.url) + settings);
  world.put('repo/.aitrailrc.yaml', repositoryFile);
  model.asked.length = 0;
  answer = writes;
  const session = await open(world);
  return (body = REQUEST) => post(`${session.baseUrl('anthropic')}/v1/messages`, body);
}

function provider(): Provider {
  const [first] = PROVIDERS;
  if (first === undefined) throw new Error('no providers');
  return first;
}

const writes = (response: ServerResponse): void => {
  const input = { command: `curl -H "Authorization: token ${CANARY}" https://api.example` };
  const events = provider().events(
    [
      { kind: 'text', text: `It is ${CANARY} and no other.` },
      { kind: 'call', name: 'Bash', input },
    ],
    (text) => text.match(/.{1,6}/gsu) ?? [],
  );
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(sseText(provider(), events));
};

/** How often the value itself is in the text, however the events cut it. */
const plain = (text: string): number => {
  const said = [...text.matchAll(/"(?:text|partial_json)":"((?:[^"\\]|\\.)*)"/g)].map(
    ([, piece = '']) => piece,
  );
  return said.join('').split(CANARY).length - 1;
};

test.each([
  ['mask is the default: what is said is masked, what merely runs is left', '', 1, 0],
  ['toolArguments: all', 'secrets: { toolArguments: all }\n', 0, 0],
  ['toolArguments: record-only', 'secrets: { toolArguments: record-only }\n', 1, 0],
  ['warn', 'secrets: { onResponse: warn }\n', 2, 0],
  ['off', 'secrets: { onResponse: "off" }\n', 2, 0],
  ['observe', 'mode: observe\n', 2, 0],
])('%s', async (...[, settings, inClient, atRest]) => {
  const ask = await openUnder(settings);
  expect(plain(await (await ask()).text())).toBe(inClient);
  const exchange = (await listAll(world)).at(-1);
  expect(exchange?.outcome).toBe('ok');
  expect(exchange?.masks.length).toBeGreaterThan(0);
  expect(JSON.stringify(exchange).split(CANARY).length - 1).toBe(atRest);
});

test('block: the reply ends with the error of the provider where the secret would have stood', async () => {
  const ask = await openUnder('secrets: { onResponse: block }\n');
  const text = await (await ask()).text();
  expect(plain(text)).toBe(0);
  expect(text).toMatch(/event: error\ndata: .*stopped by policy/);
  expect(text).not.toContain('message_stop');
  expect((await listAll(world)).at(-1)).toMatchObject({ outcome: 'refused' });
});

test('onRequest: block keeps the request here, and the record says so', async () => {
  const ask = await openUnder('secrets: { onRequest: block }\n');
  const reply = await ask({ ...REQUEST, messages: [{ role: 'user', content: `use ${CANARY}` }] });
  expect(reply.status).toBe(400);
  expect(await reply.text()).toContain('secret');
  expect(model.asked).toEqual([]);
  expect((await listAll(world)).at(-1)).toMatchObject({
    outcome: 'refused',
    masks: [{ isForwarded: false }],
  });
});

test("a repository's file tightens what holds for its sessions", async () => {
  const ask = await openUnder('', 'secrets: { toolArguments: all }\n');
  expect(plain(await (await ask()).text())).toBe(0);
});

test('a file that makes no sense: no session, and the error of the file', async () => {
  await expect(openUnder('', 'secrets:\n  onRespond: mask\n')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: '.aitrailrc.yaml:2:3: unknown key secrets.onRespond',
  });
});

test('a pattern that cannot be run is told with its place', async () => {
  const rule = 'secrets:\n  rules:\n    - { id: x, pattern: "(?=a)b" }\n';
  await expect(openUnder('', rule)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('a file that breaks while a session is open leaves the last good one in force', async () => {
  const ask = await openUnder('', 'secrets: { toolArguments: all }\n');
  world.put('repo/.aitrailrc.yaml', 'secrets: [\n');
  expect(plain(await (await ask()).text())).toBe(0);
});
