// Values that only this worktree and this session know to be secret, and edits of what was masked before.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession } from '../../src/flow/session/open-session.ts';
import { type Part, type Provider, PROVIDERS, sseText } from '../wire/streams.ts';
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

/** No shape that any rule knows. */
const value = (seed: string): string =>
  createHash('sha1').update(seed).digest('base64url').replaceAll('-', 'x').slice(0, 13);
const [OF_FILE, OF_ENV, LATER] = [value('file'), value('environment'), value('later')];
const PAT = ['gh', 'p_', createHash('sha256').update('pat').digest('hex').slice(0, 36)].join('');
const PLACEHOLDER = /AITRAIL_[a-z0-9_]+?_[0-9a-f]{8}/g;

let world: World;
let model: Model;
let service: Service;
let parts: readonly Part[] = [];

const anthropic = (): Provider => {
  const [first] = PROVIDERS;
  if (first === undefined) throw new Error('no providers');
  return first;
};

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      sseText(
        anthropic(),
        anthropic().events(parts, (text) => [text]),
      ),
    );
  });
  world.configure(connectionsTo(model.url));
  world.put('repo/.env', `LEGACY_PASSWORD=${OF_FILE}\nDEBUG=verbose-please\n`);
  service = await startService(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

type Ask = (said: readonly Part[], prompt?: string) => Promise<string>;

async function begin(env: Readonly<Record<string, string>> = {}): Promise<Ask> {
  const caller = { ...world.caller, env: { ...world.caller.env, ...env } };
  const session = await openSession(caller, { agent: null, script: 'not needed' });
  return async (said, prompt = 'go') => {
    parts = said;
    const body = { model: 'x', stream: true, messages: [{ role: 'user', content: prompt }] };
    const reply = await post(`${session.baseUrl('anthropic')}/v1/messages`, body);
    return reply.text();
  };
}

const write = (path: string, content: string): Part => ({
  kind: 'call',
  name: 'Write',
  input: { file_path: path, content },
});
const edit = (before: string, after: string): Part => ({
  kind: 'call',
  name: 'Edit',
  input: { file_path: 'a.ts', old_string: before, new_string: after },
});

test('values of the worktree and of the session are masked in what is written and said', async () => {
  const ask = await begin({ CORP_TOKEN: OF_ENV, EDITOR_THEME: 'solarized-dark' });
  const got = await ask([
    { kind: 'text', text: `It is ${OF_FILE} and ${OF_ENV}, verbose-please, solarized-dark.` },
    write('a.ts', `connect("${OF_FILE}", "${OF_ENV}")`),
  ]);
  expect(got).not.toContain(OF_FILE);
  expect(got).not.toContain(OF_ENV);
  expect(got).toContain('verbose-please, solarized-dark');
  expect(got.match(PLACEHOLDER)).toHaveLength(4);
});

test('they are at rest nowhere, and another session does not know what this one brought', async () => {
  const ask = await begin({ CORP_TOKEN: OF_ENV });
  await ask([{ kind: 'text', text: 'fine' }], `my password is ${OF_FILE}, token ${OF_ENV}`);
  const last = (await listAll(world)).at(-1);
  const request = await withStore(world, (store) => store.readRequest(last?.id ?? ''));
  const kept = Buffer.from(request ?? '').toString();
  expect(kept).toContain('my password is');
  expect(kept).not.toContain(OF_FILE);
  expect(kept).not.toContain(OF_ENV);
  const stranger = await begin();
  expect(await stranger([{ kind: 'text', text: `say ${OF_ENV}` }])).toContain(OF_ENV);
});

test('an .env file keeps its values when it is written again', async () => {
  const ask = await begin();
  const got = await ask([write('.env', `LEGACY_PASSWORD=${OF_FILE}\nNEW=1\n`)]);
  expect(got).toContain(OF_FILE);
});

test('a changed .env file counts soon', { timeout: 20_000 }, async () => {
  const ask = await begin();
  expect(await ask([write('a.ts', `x("${LATER}")`)])).toContain(LATER);
  world.put('repo/api/.env.local', `API_SECRET='${LATER}'\n`);
  await expect
    .poll(() => ask([write('a.ts', `x("${LATER}")`)]), { timeout: 15_000, interval: 500 })
    .not.toContain(LATER);
});

test('an edit of what was masked names the placeholder, as the file does', async () => {
  const ask = await begin();
  const wrote = await ask([write('a.ts', `const t = "${PAT}";`)]);
  const [placeholder = ''] = wrote.match(PLACEHOLDER) ?? [];
  const edited = await ask([edit(`const t = "${PAT}";`, 'const t = env.T;')]);
  expect(edited).not.toContain(PAT);
  expect(edited).toContain(placeholder);
  expect(edited).toContain('const t = env.T;');
  const stranger = await begin();
  expect(await stranger([edit(`const t = "${PAT}";`, 'const t = env.T;')])).toContain(PAT);
});

test('a body that a mask shortened goes out without the marks of the old one', async () => {
  const echo = await startModel((_asked, response) => {
    const body = JSON.stringify({ error: { message: `Incorrect API key provided: ${PAT}.` } });
    const headers = { 'content-type': 'application/json', etag: '"x"', digest: 'sha-256=x' };
    response.writeHead(401, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
  world.configure(connectionsTo(echo.url));
  const session = await open(world);
  const reply = await post(`${session.baseUrl('openai')}/v1/chat/completions`, { messages: [] });
  const text = await reply.text();
  expect(reply.status).toBe(401);
  expect(text).toMatch(/provided: AITRAIL_github_pat_[0-9a-f]{8}\."/);
  expect(['etag', 'digest'].map((name) => reply.headers.get(name))).toEqual([null, null]);
  expect([null, String(Buffer.byteLength(text))]).toContain(reply.headers.get('content-length'));
  await echo.close();
});
