// Credentials in custody: the model gets the real one, the child a session token, and no file of ours holds either.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  dropCredential,
  setCredential,
  showCredentials,
} from '../../src/flow/record/manage-credentials.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { runAgent } from '../../src/flow/session/run-agent.ts';
import { listAll, makeWorld, type Model, open, post } from './world.ts';
import { type Service, startModel, startService, type World } from './world.ts';

const secretOf = (name: string): string => `real-${name}-${'k3yV4lue'.repeat(3)}`;

let world: World;
let model: Model;
let service: Service;
let session: OpenedSession;

beforeAll(async () => {
  const made = makeWorld();
  model = await startModel((asked, response) =>
    response.end(`you said ${asked.headers.authorization ?? ''}`),
  );
  made.put('key.txt', `${secretOf('file')}\n`);
  made.put('helper.sh', `echo ${secretOf('command')}\n`);
  const env = { ...made.caller.env, REAL_OPENAI: secretOf('env') };
  world = { ...made, caller: { ...made.caller, env } };
  world.configure(`connections:
  anthropic: { protocol: anthropic-messages, upstream: "${model.url}", credential: { file: "${made.dir}/key.txt" } }
  openai: { protocol: openai, upstream: "${model.url}", credential: { env: REAL_OPENAI } }
  gemini: { protocol: gemini, upstream: "${model.url}", credential: keyring }
  forge: { protocol: http, upstream: "${model.url}", credential: { command: "sh ${made.dir}/helper.sh" } }
  gone: { protocol: openai, upstream: "${model.url}", credential: { env: NO_SUCH_VARIABLE } }
`);
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const KEYRING_VALUE = secretOf('keyring');

test('credentials are kept, listed by name alone, and not for agents', async () => {
  const agent = { ...world.caller, env: { ...world.caller.env, AITRAIL_SESSION: 'g' } };
  const give = async () => Promise.resolve(KEYRING_VALUE);
  await expect(setCredential(agent, 'gemini', give)).rejects.toMatchObject({
    code: 'AGENT_NOT_ALLOWED',
  });
  await expect(setCredential(world.caller, 'nowhere', give)).rejects.toMatchObject({
    code: 'CONNECTION_UNKNOWN',
  });
  const asked = await post(`${session.baseUrl('gemini')}/v1beta/models/g:generateContent`, {});
  expect([asked.status, asked.headers.get('x-aitrail-error')]).toEqual([503, 'CREDENTIAL_MISSING']);
  await setCredential(world.caller, 'gemini', give);
  expect(await showCredentials(world.caller)).toEqual([{ connection: 'gemini', keeper: 'file' }]);
  const file = join(world.home, 'keys', 'credentials.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(KEYRING_VALUE);
});

test.each([
  ['anthropic', '/v1/messages', 'x-api-key', secretOf('file')],
  ['openai', '/v1/chat/completions', 'authorization', `Bearer ${secretOf('env')}`],
  ['gemini', '/v1beta/models/g:generateContent?key=child&alt=x', 'x-goog-api-key', KEYRING_VALUE],
  ['forge', '/user', 'authorization', `Bearer ${secretOf('command')}`],
])(
  '%s: the model gets the real credential in place of the child’s',
  async (...[name, path, header, want]) => {
    const child = {
      authorization: 'Bearer child',
      'x-api-key': 'child',
      'x-goog-api-key': 'child',
    };
    const reply = await post(`${session.baseUrl(name)}${path}`, {}, child);
    expect(reply.status).toBe(200);
    const asked = model.asked.at(-1);
    expect(asked?.headers[header]).toBe(want);
    expect(JSON.stringify([asked?.headers, asked?.url])).not.toContain('child');
    await reply.text();
  },
);

test('a credential that is not there: 503 and nothing asked of the model', async () => {
  const before = model.asked.length;
  const reply = await post(`${session.baseUrl('gone')}/v1/chat/completions`, {});
  expect(reply.status).toBe(503);
  expect(await reply.text()).toContain('NO_SUCH_VARIABLE is not set');
  expect(model.asked.length).toBe(before);
});

test('the child of run has the session token and no key; no file of ours holds a real one', async () => {
  const env = { ...world.caller.env, OPENAI_API_KEY: 'own-key', ANTHROPIC_AUTH_TOKEN: 'own-token' };
  const out = join(world.dir, 'child-env');
  const command = ['sh', '-c', `env > '${out}'`];
  await runAgent(
    { ...world.caller, env },
    {
      command,
      agent: null,
      script: 'not needed: the service runs',
      resolves: false,
      notify: () => undefined,
    },
  );
  const child = readFileSync(out, 'utf8');
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(child)?.[1];
  const token = /127\.0\.0\.1:\d+\/([^/]+)\/openai/.exec(value('OPENAI_BASE_URL') ?? '')?.[1];
  expect(token).toBeTruthy();
  expect([value('OPENAI_API_KEY'), value('ANTHROPIC_API_KEY'), value('GEMINI_API_KEY')]).toEqual([
    token,
    token,
    token,
  ]);
  expect(child).not.toMatch(/own-key|own-token|^REAL_OPENAI/m);
  expect((await listAll(world)).length).toBeGreaterThan(0);
  const values = ['file', 'env', 'command', 'keyring'].map(secretOf);
  const files = readdirSync(world.home, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name));
    expect(
      values.filter((one) => bytes.includes(one)),
      file.name,
    ).toEqual([]);
  }
});

test('what is removed is gone', async () => {
  await dropCredential(world.caller, 'gemini');
  expect(await showCredentials(world.caller)).toEqual([]);
  await expect(dropCredential(world.caller, 'gemini')).rejects.toMatchObject({
    code: 'CREDENTIAL_MISSING',
  });
});
