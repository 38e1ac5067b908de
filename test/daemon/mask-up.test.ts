// `onRequest: mask`: what the model gets, what comes back to the agent and its files, and what is on record of both.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endSession, type OpenedSession } from '../../src/flow/session/open-session.ts';
import { storedFrame } from '../wire/stored-frame.ts';
import { type Part, type Provider, PROVIDERS, SEAL, sseText } from '../wire/streams.ts';
import { exchangeDocument } from '../../src/print/exchange-document.ts';
import { hireApprover } from './approver.ts';
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
  withStore,
  type World,
} from './world.ts';

// canaries: made here, valid nowhere
const seeded = (seed: string): string =>
  createHmac('sha256', 'canary').update(seed).digest('base64url').replaceAll(/[-_]/g, 'x');
const PASSWORD = `${seeded('password').slice(0, 13)}"q`;
const PAT = ['gh', 'p_', seeded('pat').slice(0, 36)].join('');
const PLACEHOLDER = /AITRAIL_[a-z0-9_]+?_[0-9a-f]{8}/g;

let world: World;
let model: Model;
let service: Service;
let session: OpenedSession;
/** What the model says next; it sees the request that it answers. */
let says: (asked: string) => readonly Part[] = () => [{ kind: 'text', text: 'Done.' }];

function anthropic(): Provider {
  const [first] = PROVIDERS;
  if (first === undefined) throw new Error('no providers');
  return first;
}

beforeAll(async () => {
  world = makeWorld();
  model = await startModel(({ body }, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = anthropic().events(says(body), (text) => text.match(/.{1,5}/gsu) ?? []);
    response.end(sseText(anthropic(), events));
  });
  world.configure(`${connectionsTo(model.url)}secrets: { onRequest: mask }\n`);
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
}, 30_000);

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: unknown;
}

const urlOf = ({ baseUrl }: OpenedSession = session): string =>
  `${baseUrl('anthropic')}/v1/messages`;
const bodyOf = (messages: readonly Message[]): object => ({ model: 'x', stream: true, messages });
const asked = (): string => model.asked.at(-1)?.body ?? '';
const result = (id: string, content: string): Message => ({
  role: 'user',
  content: [{ type: 'tool_result', tool_use_id: id, content }],
});

/** Sends the conversation. @returns the assistant's message as the agent's next request repeats it. */
async function turn(messages: readonly Message[]): Promise<Message> {
  const reply = await post(urlOf(), bodyOf(messages), { 'x-claude-code-session-id': 'one' });
  const blocks: Record<string, unknown>[] = [];
  const said: Record<string, string>[] = [];
  for (const [, data = ''] of (await reply.text()).matchAll(/^data: (.*)$/gm)) {
    const { type, content_block: block, delta } = JSON.parse(data);
    if (type === 'content_block_start') said[blocks.push(block) - 1] = {};
    const texts = said.at(-1);
    if (type !== 'content_block_delta' || texts === undefined) continue;
    for (const [key, text] of Object.entries(delta))
      if (key !== 'type') texts[key] = `${texts[key] ?? ''}${String(text)}`;
  }
  const content = blocks.map((block, i) => {
    const { partial_json: json, ...texts } = said[i] ?? {};
    return { ...block, ...texts, ...(json === undefined ? {} : { input: JSON.parse(json) }) };
  });
  return { role: 'assistant', content };
}

const masksOfLast = async () => (await listAll(world)).at(-1)?.masks ?? [];

test('Read, Edit and Write of a file with a password leave it in place; the model has never seen it', async () => {
  const path = join(world.repo, 'config.ini');
  const file = `host = db\npassword = '${PASSWORD}'\nretries = 3\n`;
  writeFileSync(path, file);
  const history: Message[] = [{ role: 'user', content: 'raise the retries' }];

  says = () => [{ kind: 'call', name: 'Read', input: { file_path: path } }];
  history.push(await turn(history), result('toolu_0', file));

  let name = '';
  says = (body) => {
    name = body.match(PLACEHOLDER)?.[0] ?? '';
    const old = `password = '${name}'\nretries = 3`;
    return [
      { kind: 'thinking', text: `the password is ${name}` },
      { kind: 'text', text: `I keep ${name}.` },
      {
        kind: 'call',
        name: 'Edit',
        input: {
          file_path: path,
          old_string: old,
          new_string: old.replace('retries = 3', 'retries = 5'),
        },
      },
    ];
  };
  history.push(await turn(history));
  const first = asked();
  expect(name).toMatch(/^AITRAIL_/);
  expect(first).not.toContain(PASSWORD.slice(0, 13));
  expect(JSON.stringify(history.at(-1))).toContain(`the password is ${name}`);
  const [, , edit] = Object(history.at(-1)?.content);
  writeFileSync(path, file.replace(edit.input.old_string, edit.input.new_string));
  expect(readFileSync(path, 'utf8')).toBe(file.replace('retries = 3', 'retries = 5'));

  // the history, resent, is what the model said and had: byte for byte
  history.push(result('toolu_2', 'edited'));
  says = () => [{ kind: 'call', name: 'Write', input: { file_path: path, content: `p: ${name}` } }];
  history.push(await turn(history));
  expect(asked().startsWith(first.slice(0, -2))).toBe(true);
  expect(asked()).toContain(`I keep ${name}.`);
  expect(asked()).not.toContain(PASSWORD.slice(0, 13));
  const [write] = Object(history.at(-1)?.content);
  expect(write.input.content).toBe(`p: ${PASSWORD}`);

  const masks = await masksOfLast();
  expect(masks).toMatchObject([
    { placeholder: name, direction: 'toModel', isForwarded: false, channel: 'request' },
    { placeholder: name, direction: 'toAgent', isForwarded: true, channel: '0:input' },
  ]);
  expect(masks.map(({ ranges }) => ranges.length)).toEqual([4, 1]);
  const request = JSON.stringify(bodyOf(history.slice(0, -1)));
  for (const [start, end] of masks[0]?.ranges ?? [])
    expect(JSON.parse(`"${Buffer.from(request).subarray(start, end).toString()}"`)).toBe(PASSWORD);
}, 20_000);

test('nothing of it is at rest', async () => {
  const texts = await withStore(world, async (store) => {
    const exchanges = await listAll(world);
    const all = exchanges.map(async ({ id }) => [
      await store.readRequest(id),
      await store.readReply(id),
    ]);
    return (await Promise.all(all)).flat();
  });
  expect(texts.length).toBeGreaterThan(4);
  for (const text of texts) expect(Buffer.from(text).includes(PASSWORD.slice(0, 13))).toBe(false);
});

test('a value is masked wherever else it stands, even before the place that gives it away', async () => {
  const bare = seeded('later').slice(0, 11);
  says = () => [];
  await turn([
    { role: 'user', content: `what is ${bare}?` },
    result('a', `DB_PASSWORD=${bare}\n`),
    { role: 'user', content: Buffer.from(bare).toString('base64') },
  ]);
  expect(asked()).not.toContain(bare);
  expect(asked()).not.toContain(Buffer.from(bare).toString('base64'));
  const names =
    asked()
      .replace(/\[aitrail: .*?\]/, '')
      .match(PLACEHOLDER) ?? [];
  expect(names).toHaveLength(3);
  expect(names[0]).toBe(names[1]);
});

test('kubectl get secret -o yaml', async () => {
  const user = seeded('user').slice(0, 8);
  const encoded = [user, seeded('k8s').slice(0, 12), PAT].map((one) =>
    Buffer.from(one).toString('base64'),
  );
  const [name, word, token] = encoded;
  const yaml = `apiVersion: v1\ndata:\n  username: ${name}\n  password: ${word}\n  token: ${token}\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\n`;
  says = () => [];
  await turn([result('k', yaml), result('d', `decoded: ${seeded('k8s').slice(0, 12)}`)]);
  for (const one of encoded) expect(asked()).not.toContain(one);
  expect(asked()).not.toContain(seeded('k8s').slice(0, 12));
  expect(JSON.parse(asked()).messages[0].content[0].content).toMatch(
    /^apiVersion: v1\ndata:\n {2}username: AITRAIL_\w+\n {2}password: AITRAIL_\w+\n {2}token: AITRAIL_\w+\nkind: Secret\n/,
  );
});

test('what is signed or sealed goes as it is, and is told of', async () => {
  const signed = { type: 'thinking', thinking: `it was ${PAT}`, signature: SEAL };
  const data = Buffer.from(`redacted ${PAT}`).toString('base64');
  const messages: readonly Message[] = [
    { role: 'user', content: `use ${PAT}` },
    { role: 'assistant', content: [signed, { type: 'redacted_thinking', data }] },
  ];
  says = () => [];
  await turn(messages);
  const sent = JSON.parse(asked());
  expect(sent.messages[1]).toEqual(messages[1]);
  expect(sent.messages[0].content).toMatch(/^use AITRAIL_github_pat_/);
  expect(await masksOfLast()).toMatchObject([
    { direction: 'toModel', isForwarded: false },
    { direction: 'atRest', isForwarded: true },
    { direction: 'atRest', isForwarded: true },
  ]);
});

test.each([
  ['gzip', gzipSync],
  ['zstd', (bytes: Uint8Array) => storedFrame(bytes)],
])('a body in %s goes on decoded and masked, with its own length', async (encoding, pack) => {
  says = () => [];
  const body = Buffer.from(JSON.stringify(bodyOf([{ role: 'user', content: `use ${PAT}` }])));
  const reply = await fetch(urlOf(), {
    method: 'POST',
    body: new Uint8Array(pack(body)),
    headers: { 'content-type': 'application/json', 'content-encoding': encoding },
  });
  await reply.text();
  expect(asked()).toMatch(/^\{"model":"x".*use AITRAIL_github_pat_.*\}$/);
  const { headers } = model.asked.at(-1) ?? {};
  expect(headers?.['content-encoding']).toBeUndefined();
  expect(headers?.['content-length']).toBe(String(Buffer.byteLength(asked())));
});

test('a body that cannot be read is not sent', async () => {
  const before = model.asked.length;
  const reply = await fetch(urlOf(), {
    method: 'POST',
    body: 'not gzip',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  });
  expect(reply.status).toBe(400);
  expect(await reply.text()).toContain('REQUEST_UNREAD');
  expect(model.asked.length).toBe(before);
});

test('another session, and the same one once it is over, do not get the value', async () => {
  says = () => [];
  await turn([{ role: 'user', content: `use ${PAT}` }]);
  const name = asked().match(PLACEHOLDER)?.[0] ?? '';
  const call: readonly Part[] = [
    { kind: 'call', name: 'Bash', input: { command: `echo ${name}` } },
  ];
  says = () => call;
  const command = async (): Promise<unknown> => {
    const [block] = Object((await turn([{ role: 'user', content: 'go' }])).content);
    return block.input.command;
  };
  expect(await command()).toBe(`echo ${PAT}`);
  const mine = session;
  session = await open(world);
  expect(await command()).toBe(`echo ${name}`);
  await endSession(mine);
});

test('a call that waits for approval shows placeholders: it travels with the repository', async () => {
  const bob = await hireApprover(world);
  world.put(
    'repo/.aitrailrc.yaml',
    'rules: [{ name: deploys, on: tool-call, match: deploy, action: approve }]\n',
  );
  world.git('add', '.');
  world.git('commit', '-q', '-m', 'rules');
  session = await open(world);
  const weak = seeded('weak').slice(0, 11); // no rule knows it where it stands bare
  says = (body) => {
    const name = body.match(PLACEHOLDER)?.[0] ?? '';
    return [{ kind: 'call', name: 'Bash', input: { command: `deploy --with ${name}` } }];
  };
  const hangUp = new AbortController();
  const body = JSON.stringify(bodyOf([result('a', `db:\n  password: "${weak}"\n`)]));
  const asking = fetch(urlOf(), { method: 'POST', body, signal: hangUp.signal });
  const { content, what, subject } = (await bob.next()).request;
  hangUp.abort();
  await asking.then((reply) => reply.text()).catch(() => undefined);
  expect(content).toContain('deploy --with AITRAIL_password_');
  expect(JSON.stringify([content, what, subject])).not.toContain(weak);
}, 20_000);

test('nothing to hide: the very bytes', async () => {
  says = () => [{ kind: 'text', text: 'AITRAIL_github_pat_0011aabb is not yours' }];
  const body = '{ "model":"x",\n "messages": [ {"role":"user","content":"p\\u00e4ss"} ] }';
  const reply = await fetch(urlOf(), {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  const text = await reply.text();
  expect(asked()).toBe(body);
  const last = (await listAll(world)).at(-1);
  expect(last?.clientSha256).toBe(createHash('sha256').update(text).digest('hex'));
  expect(last?.clientSha256).toBe(last?.responseSha256);
});

test('show lists each mask: rule, ranges, keyed digest, direction, forwarded or not', async () => {
  session = await open(world);
  says = () => [{ kind: 'text', text: `It is ${PAT}.` }];
  const messages: readonly Message[] = [{ role: 'user', content: `use ${PAT}` }];
  await turn(messages);
  const at = JSON.stringify(bodyOf(messages)).indexOf(PAT);
  const exchange = (await listAll(world)).at(-1);
  if (exchange === undefined) throw new Error('nothing was recorded');
  const digest = /_([0-9a-f]{8})/.exec(asked())?.[1];
  const mask = { rule: 'github-pat', placeholder: `AITRAIL_github_pat_${digest}`, digest };
  expect(exchangeDocument(exchange)).toMatchObject({
    masks: [
      { ...mask, direction: 'toModel', isForwarded: false, ranges: [[at, at + PAT.length]] },
      { ...mask, direction: 'toAgent', isForwarded: false, ranges: [[6, 6 + PAT.length]] },
    ],
  });
});
