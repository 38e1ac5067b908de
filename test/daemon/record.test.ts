// What crosses the proxy and what is recorded of it, over real sockets into a real store.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { exchangeDocument } from '../../src/print/exchange-document.ts';
import { type Part, type Provider, PROVIDERS, sseText } from '../wire/streams.ts';
import {
  type Asked,
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
  withStore,
  type World,
} from './world.ts';

const CANARY = ['gh', 'p_', 'R8s2LqX0vBn4TzKd7W', 'mY1cJ6hPf3GaUe9NiQ'].join('');

let world: World;
let model: Model;
let service: Service;
let session: OpenedSession;
/** What the model answers next, by the request's x-case header. */
const answers = new Map<string, (asked: Asked, response: ServerResponse) => void>();

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((asked, response) => {
    const name = String(asked.headers['x-case'] ?? '');
    const answer = answers.get(name);
    if (answer === undefined) response.writeHead(500).end(`no case ${name}`);
    else answer(asked, response);
  });
  world.configure(
    `${connectionsTo(model.url)}  quiet: { protocol: openai, upstream: "${model.url}", record: false }\n`,
  );
  world.put('repo/src/old.ts', 'export const old = 1;\n');
  world.git('add', '.');
  world.git('commit', '-q', '-m', 'first');
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

const REQUEST = {
  model: 'claude-x',
  stream: true,
  messages: [{ role: 'user', content: 'write it' }],
};

const stream = (response: ServerResponse, bytes: Uint8Array, headers = {}): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  response.end(bytes);
};

describe.each(PROVIDERS)('$name', (provider) => {
  const parts: readonly Part[] = [
    { kind: 'text', text: 'Here it is: …\n' },
    { kind: 'thinking', text: 'a plan' },
    {
      kind: 'call',
      name: 'write_file',
      input: {
        file_path: 'src/new.ts',
        content: 'export function added(a: number) {\n  return a + 1;\n}\n',
      },
    },
  ];

  test('a stream arrives as sent and is recorded with model, usage and what it wrote', async () => {
    const sent = sseText(
      provider,
      provider.events(parts, (text) => text.match(/.{1,7}/gsu) ?? []),
    );
    answers.set(`${provider.name} whole`, (_asked, response) =>
      stream(response, Buffer.from(sent)),
    );
    const reply = await post(urlOf(provider), REQUEST, { 'x-case': `${provider.name} whole` });
    expect(await reply.text()).toBe(sent);
    const exchange = (await listAll(world)).at(-1);
    expect(exchange).toMatchObject({
      outcome: 'ok',
      status: 200,
      wire: provider.name,
      responseSha256: sha256(sent),
      clientSha256: sha256(sent),
      responseBytes: Buffer.byteLength(sent),
    });
    expect(exchange?.model).not.toBeNull();
    expect(exchange?.usage?.outputTokens).toBeGreaterThan(0);
    expect(exchange?.logIndex).not.toBeNull();
    await withStore(world, async (store) => {
      const id = exchange?.id ?? '';
      expect(sha256(await store.readReply(id))).toBe(sha256(sent));
      const events = await store.readEvents(id);
      expect(events.at(-1)).toBeDefined();
      expect(await store.listEmissions(id)).toMatchObject([
        { path: 'src/new.ts', repository: join(world.repo, '.git'), edit: { kind: 'write' } },
      ]);
    });
  });

  test('an answer in one document', async () => {
    const sent = JSON.stringify(provider.document(parts), null, 1);
    answers.set(`${provider.name} json`, (_asked, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(sent),
    );
    const url = urlOf(provider).replace(':streamGenerateContent', ':generateContent');
    const reply = await post(
      url,
      { ...REQUEST, stream: false },
      { 'x-case': `${provider.name} json` },
    );
    expect(await reply.text()).toBe(sent);
    const exchange = (await listAll(world)).at(-1);
    expect(exchange).toMatchObject({ outcome: 'ok', clientSha256: sha256(sent) });
    await withStore(world, async (store) =>
      expect(await store.listEmissions(exchange?.id ?? '')).toHaveLength(1),
    );
  });

  test('a wrong token is 401 in the shape of the provider, and reaches nobody', async () => {
    const before = model.asked.length;
    const url = urlOf(provider).replace(session.token, 'x'.repeat(32));
    const reply = await post(url, REQUEST);
    expect(reply.status).toBe(401);
    expect(await reply.json()).toHaveProperty('error');
    expect(model.asked.length).toBe(before);
  });

  test("the model's own errors pass as they are", async () => {
    const body = JSON.stringify({
      error: { type: 'overloaded_error', message: 'busy', code: 529 },
    });
    answers.set(`${provider.name} busy`, (_asked, response) =>
      response.writeHead(529, { 'content-type': 'application/json', 'retry-after': '3' }).end(body),
    );
    const reply = await post(urlOf(provider), REQUEST, { 'x-case': `${provider.name} busy` });
    expect([reply.status, reply.headers.get('retry-after'), await reply.text()]).toEqual([
      529,
      '3',
      body,
    ]);
    expect((await listAll(world)).at(-1)).toMatchObject({ status: 529, outcome: 'ok' });
  });

  test('a secret in what a call writes: placeholder in the file and in the record', async () => {
    const call: Part = {
      kind: 'call',
      name: 'write_file',
      input: { file_path: 'src/key.ts', content: `export const token = "${CANARY}";\n` },
    };
    const sent = sseText(
      provider,
      provider.events([call], (text) => text.match(/.{1,5}/gsu) ?? []),
    );
    answers.set(`${provider.name} secret`, (_asked, response) =>
      stream(response, Buffer.from(sent)),
    );
    const reply = await post(urlOf(provider), REQUEST, { 'x-case': `${provider.name} secret` });
    const got = await reply.text();
    expect(got).not.toContain(CANARY);
    expect(got).toMatch(/AITRAIL_/);
    const exchange = (await listAll(world)).at(-1);
    expect(exchange?.masks).toMatchObject([{ direction: 'toAgent', isForwarded: false }]);
    expect(exchange?.responseSha256).toBe(sha256(sent));
    expect(exchange?.clientSha256).toBe(sha256(got));
    await withStore(world, async (store) => {
      const [emission] = await store.listEmissions(exchange?.id ?? '');
      expect(emission?.edit).toMatchObject({ text: expect.stringMatching(/"AITRAIL_\w+";\n$/) });
    });
  });
});

test('32 streams at once: 32 records, none mixed with another', async () => {
  const names = Array.from({ length: 32 }, (_, i) => `parallel ${String(i)}`);
  for (const name of names)
    answers.set(name, (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      let left = 8;
      const timer = setInterval(() => {
        response.write(
          `event: content_block_delta\ndata: {"type":"x","name":"${name}","left":${String(left)}}\n\n`,
        );
        left -= 1;
        if (left > 0) return;
        clearInterval(timer);
        response.end('event: message_stop\ndata: {"type":"message_stop"}\n\n');
      }, 3);
    });
  const url = `${session.baseUrl('anthropic')}/v1/messages`;
  const texts = await Promise.all(
    names.map(async (name) => (await post(url, { ...REQUEST, name }, { 'x-case': name })).text()),
  );
  const recorded = (await listAll(world)).slice(-32);
  expect(new Set(recorded.map(({ id }) => id)).size).toBe(32);
  await withStore(world, async (store) => {
    for (const { id, clientSha256 } of recorded) {
      const name = /"name":"(parallel \d+)"/.exec(
        Buffer.from(await store.readRequest(id)).toString(),
      )?.[1];
      const text = texts[names.indexOf(name ?? '')] ?? '';
      expect(text.match(/parallel \d+/g)).toEqual(Array.from({ length: 8 }, () => name));
      expect(clientSha256).toBe(sha256(text));
      expect(Buffer.from(await store.readReply(id)).toString()).toBe(text);
    }
  });
});

test('the next request says what became of a call', async () => {
  const use = (id: string): string =>
    sseText(anthropic(), [
      {
        type: 'message_start',
        message: { role: 'assistant', model: 'claude-x', content: [], usage: {} },
      },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id, name: 'Write', input: {} },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: {
          type: 'input_json_delta',
          partial_json: JSON.stringify({
            file_path: `${world.repo}/src/${id}.ts`,
            content: 'export {};\n',
          }),
        },
      },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ]);
  const url = `${session.baseUrl('anthropic')}/v1/messages`;
  const headers = {
    'x-claude-code-session-id': 'talk-1',
    'user-agent': 'claude-cli/2.1.329 (external, cli)',
  };
  for (const id of ['toolu_yes', 'toolu_no']) {
    answers.set(id, (_asked, response) => stream(response, Buffer.from(use(id))));
    await (await post(url, REQUEST, { ...headers, 'x-case': id })).text();
    const result = {
      type: 'tool_result',
      tool_use_id: id,
      is_error: id === 'toolu_no',
      content: 'File created successfully',
    };
    const history = [
      { role: 'user', content: 'write it' },
      { role: 'assistant', content: [{ type: 'tool_use', id, name: 'Write', input: {} }] },
      { role: 'user', content: [result] },
    ];
    answers.set(`${id} after`, (_asked, response) =>
      stream(response, Buffer.from(sseText(anthropic(), [{ type: 'message_stop' }]))),
    );
    await (
      await post(url, { ...REQUEST, messages: history }, { ...headers, 'x-case': `${id} after` })
    ).text();
  }
  await withStore(world, async (store) => {
    const talk = (await store.listSessions({})).find((one) => one.conversation === 'talk-1');
    expect(talk).toMatchObject({ agent: 'claude-code', agentVersion: '2.1.329', exchanges: 4 });
    const exchanges = await store.listExchanges(talk?.id ?? '');
    const emissions = (
      await Promise.all(exchanges.map(({ id }) => store.listEmissions(id)))
    ).flat();
    expect(emissions.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['src/toolu_yes.ts', 'accepted'],
      ['src/toolu_no.ts', 'rejected'],
    ]);
  });
});

const anthropic = (): Provider => {
  const found = PROVIDERS.find(({ name }) => name === 'anthropic-messages');
  if (found === undefined) throw new Error('no such provider');
  return found;
};

test('no secret of prompt, query, headers, results or answers is anywhere at rest', async () => {
  answers.set('leak', (_asked, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'x-request-id': CANARY })
      .end(JSON.stringify({ content: [{ type: 'text', text: `it is ${CANARY}` }] })),
  );
  const url = `${session.baseUrl('anthropic')}/v1/messages?key=${CANARY}`;
  const credential = ['sk-ant', 'api03', 'tR5vXq2LmN8', 'bYc0ZsKd7'].join('-');
  await post(
    url,
    {
      ...REQUEST,
      messages: [
        { role: 'user', content: `my token: ${CANARY}` },
        { role: 'user', content: `and the key that I call you with is ${credential}` },
      ],
    },
    { 'x-case': 'leak', authorization: `Bearer ${credential}`, 'x-session-affinity': CANARY },
  );
  expect(model.asked.at(-1)?.body).toContain(CANARY); // onRequest is `warn`: the model gets it
  const exchange = (await listAll(world)).at(-1);
  const { masks } = Object(exchange === undefined ? {} : exchangeDocument(exchange));
  for (const [channel, direction] of [
    ['request', 'atRest'],
    ['url key', 'atRest'],
    ['header x-session-affinity', 'atRest'],
    ['header x-request-id', 'atRest'],
    ['block:content.0', 'toAgent'],
  ])
    expect(masks).toContainEqual({
      channel,
      direction,
      isForwarded: direction === 'atRest',
      rule: expect.stringMatching(/^[a-z-]+$/),
      placeholder: expect.stringMatching(/^AITRAIL_[a-z_]+_[0-9a-f]{8}$/),
      digest: expect.stringMatching(/^[0-9a-f]{8}$/),
      ranges: expect.arrayContaining([[expect.any(Number), expect.any(Number)]]),
    });
  const texts = await withStore(world, async (store) => [
    await store.readRequest(exchange?.id ?? ''),
    await store.readReply(exchange?.id ?? ''),
    Buffer.from(JSON.stringify(await store.readHeaders(exchange?.id ?? ''))),
    Buffer.from(JSON.stringify(exchange)),
  ]);
  const files = readdirSync(world.home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(world.home, name))
    .filter((path) => statSync(path).isFile());
  expect(files.some((path) => path.endsWith('store.db'))).toBe(true);
  for (const bytes of [...texts, ...files.map((path) => readFileSync(path))])
    for (const secret of [CANARY, credential, session.token])
      expect(Buffer.from(bytes).includes(secret)).toBe(false);
  for (const path of files) expect(statSync(path).mode & 0o077).toBe(0);
});

test('record: false leaves who, when and how many bytes', async () => {
  answers.set('quiet', (_asked, response) => response.end('secret plan'));
  const reply = await post(`${session.baseUrl('quiet')}/v1/chat/completions?who=me`, REQUEST, {
    'x-case': 'quiet',
  });
  expect(await reply.text()).toBe('secret plan');
  const exchange = (await listAll(world)).at(-1);
  expect(exchange).toMatchObject({
    connection: 'quiet',
    url: '/v1/chat/completions',
    outcome: 'ok',
    responseBytes: 11,
  });
  await withStore(world, async (store) => {
    expect(await store.readRequest(exchange?.id ?? '')).toHaveLength(0);
    expect(await store.readReply(exchange?.id ?? '')).toHaveLength(0);
    expect(await store.readHeaders(exchange?.id ?? '')).toEqual({
      request: [['aitrail-not-recorded', expect.stringContaining('connections.quiet.record')]],
      response: [],
    });
  });
});

test('side calls pass: model lists, HEAD, and bodies that nobody understands', async () => {
  answers.set('side', (_asked, response) => response.end('not JSON at all \u0000 \u2026'));
  const headers = { 'x-case': 'side' };
  const base = session.baseUrl('anthropic');
  expect(await (await fetch(`${base}/v1/models`, { headers })).text()).toBe(
    'not JSON at all \u0000 \u2026',
  );
  expect((await fetch(`${base}/api/hello`, { method: 'HEAD', headers })).status).toBe(200);
  const nonsense = await fetch(`${base}/v1/messages`, {
    method: 'POST',
    headers,
    body: '{"half":',
  });
  expect(await nonsense.text()).toBe('not JSON at all \u0000 \u2026');
  expect(model.asked.at(-1)?.body).toBe('{"half":');
});

test('an unknown connection is 404 and names the file to mend', async () => {
  const reply = await post(`${session.baseUrl('nobody')}/v1/messages`, REQUEST);
  expect(reply.status).toBe(404);
  expect(await reply.text()).toContain('config.yaml');
});
