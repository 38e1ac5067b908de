// Who calls: sessions of CI jobs by their verified token, callers who bring a token in place of an API key, policy by group,
// pipelines that are not recorded, and a record of everybody who was turned away.
import { connect } from 'node:net';
import { request } from 'node:http';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSession } from '../../src/flow/session/open-session.ts';
import { stopSession } from '../../src/flow/session/stop-session.ts';
import type { EventRecord } from '../../src/model/event.ts';
import { type Provider, startProvider } from '../identity/provider.ts';
import { listAll, makeWorld, type Model, open, post } from './world.ts';
import { type Service, startModel, startService, withStore, type World } from './world.ts';

const CANARY_KEY = `real-${'k3yV4lue'.repeat(3)}`;
const SHA = 'a'.repeat(40);
const JOB = {
  sub: 'repo:acme/app:ref:refs/heads/main',
  repository: 'acme/app',
  workflow: 'CI',
  workflow_ref: 'acme/app/.github/workflows/ci.yml@refs/heads/main',
  run_id: '42',
  actor: 'ada-ci',
  ref: 'refs/heads/main',
  sha: SHA,
};
const PERSON = { sub: 'u1', aud: 'aitrail', name: 'Ada', email: 'ada@example.com' };

let world: World;
let model: Model;
let provider: Provider;
let silent: Provider;
let service: Service;
let base: string;

beforeAll(async () => {
  provider = await startProvider();
  silent = await startProvider();
  model = await startModel((_asked, response) => response.end('{}'));
  const made = makeWorld();
  world = { ...made, caller: { ...made.caller, env: { ...made.caller.env, REAL: CANARY_KEY } } };
  world.configure(`connections:
  anthropic: { protocol: anthropic-messages, upstream: "${model.url}", credential: { env: REAL } }
  openai: { protocol: openai, upstream: "${model.url}" }
  leads: { protocol: openai, upstream: "${model.url}", credential: { env: REAL }, groups: [leads] }
  plain: { protocol: http, upstream: "${model.url}", credential: { env: REAL } }
identity:
  issuers:
    - { issuer: "${provider.issuer}", audience: aitrail, groupsClaim: teams }
    - { issuer: "${silent.issuer}", audience: aitrail, groupsClaim: teams }
pipelines:
  - { claims: { repository: acme/nightly }, record: false }
rules:
  - { name: no-drop, on: prompt, match: 'DROP TABLE', groups: [interns], action: block }
`);
  service = await startService(world);
  const session = await open(world);
  base = session.daemon.url;
});

afterAll(async () => {
  await service.stop();
  await model.close();
  await provider.close();
  await silent.close();
  world.remove();
});

const events = () => withStore(world, (store) => store.listEvents({ limit: 500 }));
const denied = async (): Promise<readonly EventRecord[]> =>
  (await events()).filter(({ kind }) => kind === 'denied');
const sessions = () => withStore(world, (store) => store.listSessions({}));

const runnerEnv = (other: Readonly<Record<string, string>> = {}) => ({
  ...world.caller.env,
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: JOB.repository,
  GITHUB_WORKFLOW_REF: JOB.workflow_ref,
  GITHUB_JOB: 'build',
  GITHUB_RUN_ID: JOB.run_id,
  GITHUB_ACTOR: JOB.actor,
  GITHUB_REF: JOB.ref,
  GITHUB_SHA: SHA,
  ACTIONS_ID_TOKEN_REQUEST_URL: `${provider.issuer}/runner/token?api-version=2`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: provider.requestToken,
  ...other,
});
const openAs = (env: Readonly<Record<string, string>>) =>
  openSession({ cwd: world.repo, env }, { agent: null, script: 'not needed: the service runs' });

/** Signed by somebody else, or with what everybody knows of the provider as a shared secret. */
async function forged(alg: 'RS256' | 'HS256', kid: string): Promise<string> {
  const key =
    alg === 'HS256'
      ? new TextEncoder().encode(provider.keySet().padEnd(64))
      : (await generateKeyPair('RS256')).privateKey;
  const claims = { ...PERSON, teams: ['leads'], iss: provider.issuer };
  return new SignJWT(claims).setExpirationTime('5m').setProtectedHeader({ alg, kid }).sign(key);
}

const askWith = async (key: string): Promise<number> =>
  (await post(`${base}/anthropic/v1/messages`, { messages: [] }, { 'x-api-key': key })).status;

/** One request, and the session that it made. */
async function askIn(env: Readonly<Record<string, string>>, connection = 'anthropic') {
  const opened = await openAs(env);
  await (await post(`${opened.baseUrl(connection)}/v1/messages`, { messages: [] })).text();
  const found = (await sessions()).find(({ grant }) => grant === opened.grant);
  return { opened, session: found };
}

describe('a job in CI', () => {
  beforeEach(() => {
    provider.job = JOB;
  });

  test('is known by the token that the runner gives: claims, and what they do not say', async () => {
    const { session, opened } = await askIn(runnerEnv());
    expect(opened.notice).toBeNull();
    expect(session?.principal).toEqual({ name: 'ada-ci', email: '' });
    expect(session?.identity).toMatchObject({
      source: 'claim',
      issuer: provider.issuer,
      subject: JOB.sub,
      mismatches: [],
      ci: {
        provider: { value: 'github', source: 'claim' },
        run: { value: '42', source: 'claim' },
        job: { value: 'build', source: 'environment' },
      },
    });
  });

  test('variables that contradict the token: counted and said', async () => {
    const { session, opened } = await askIn(
      runnerEnv({ GITHUB_SHA: 'b'.repeat(40), GITHUB_ACTOR: 'eve' }),
    );
    expect(opened.notice).toContain('actor, sha');
    expect(session?.principal.name).toBe('ada-ci');
    expect(session?.identity.mismatches).toEqual([
      { fact: 'actor', claim: 'ada-ci', environment: 'eve' },
      { fact: 'sha', claim: SHA, environment: 'b'.repeat(40) },
    ]);
  });

  test('without a token it is known by its variables', async () => {
    const { session } = await askIn(runnerEnv({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }));
    expect(session?.identity).toMatchObject({
      source: 'environment',
      issuer: null,
      ci: { run: { value: '42', source: 'environment' } },
    });
  });

  test('a runner that gives none says so', async () => {
    const { opened } = await askIn(runnerEnv({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'wrong' }));
    expect(opened.notice).toContain('the runner answered 401');
  });

  test('a token in a variable, as GitLab gives it', async () => {
    const claims = {
      sub: 'project_path:g/p',
      aud: 'aitrail',
      project_path: 'g/p',
      pipeline_id: '9',
      job_id: '7',
      user_login: 'grace',
    };
    const env = {
      ...world.caller.env,
      GITLAB_CI: 'true',
      CI_JOB_ID: '7',
      AITRAIL_ID_TOKEN: await provider.issue(claims),
    };
    const { session } = await askIn(env);
    expect(session?.principal.name).toBe('grace');
    expect(session?.identity.ci).toMatchObject({
      provider: { value: 'gitlab', source: 'claim' },
      pipeline: { value: '9', source: 'claim' },
    });
  });

  test('a token that is no good opens nothing and is a record', async () => {
    const bad = await provider.issue({ ...JOB, aud: 'aitrail' }, -600);
    const before = (await denied()).length;
    await expect(
      openAs({ ...world.caller.env, CI: 'true', AITRAIL_ID_TOKEN: bad }),
    ).rejects.toMatchObject({ code: 'IDENTITY_REFUSED' });
    await expect.poll(async () => (await denied()).length).toBe(before + 1);
    expect((await denied())[0]?.detail).toMatchObject({
      code: 'IDENTITY_REFUSED',
      why: 'the identity token is not accepted: it has expired',
    });
  });

  test('a pipeline that is not to be recorded leaves a tombstone, by claims and by nothing less', async () => {
    provider.job = { ...JOB, repository: 'acme/nightly' };
    await askIn(runnerEnv({ GITHUB_REPOSITORY: 'acme/nightly' }));
    const quiet = (await listAll(world)).at(-1);
    const headers = await withStore(world, (store) => store.readHeaders(quiet?.id ?? ''));
    expect(headers.request).toEqual([
      [
        'aitrail-not-recorded',
        expect.stringMatching(/^pipelines\[0\]\.record is false \(.*:\d+:\d+\)$/),
      ],
    ]);
    expect(await withStore(world, (store) => store.readRequest(quiet?.id ?? ''))).toHaveLength(0);
    const lie = { GITHUB_REPOSITORY: 'acme/nightly', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' };
    await askIn(runnerEnv(lie));
    const said = (await listAll(world)).at(-1);
    expect(
      Buffer.from(await withStore(world, (store) => store.readRequest(said?.id ?? ''))).toString(),
    ).toBe('{"messages":[]}');
  });
});

describe('a token in place of an API key', () => {
  const ways: readonly (readonly [string, string, (token: string) => Record<string, string>])[] = [
    ['anthropic', '/v1/messages', (token) => ({ 'x-api-key': token })],
    ['leads', '/v1/chat/completions', (token) => ({ authorization: `Bearer ${token}` })],
    ['plain', '/user?x=1', (token) => ({ authorization: `bearer ${token}` })],
  ];

  test.each(ways)(
    '%s without a session token: verified, swapped, recorded',
    async (...[name, path, show]) => {
      const token = await provider.issue({ ...PERSON, teams: ['leads'] });
      const reply = await post(`${base}/${name}${path}`, { messages: [] }, show(token));
      expect([reply.status, reply.headers.get('x-aitrail-error')]).toEqual([200, null]);
      const asked = model.asked.at(-1);
      expect(asked?.url).toBe(path);
      expect(JSON.stringify(asked)).toContain(CANARY_KEY);
      expect(JSON.stringify(asked)).not.toContain(token);
      const [session] = await sessions();
      expect(session).toMatchObject({
        principal: { name: 'Ada', email: 'ada@example.com' },
        identity: { source: 'claim', groups: ['leads'], subject: 'u1' },
      });
    },
  );

  test('behind a session token it says who asks', async () => {
    const session = await open(world);
    const token = await provider.issue({ ...PERSON, name: 'Grace', teams: ['leads'] });
    const headers = { authorization: `Bearer ${token}` };
    const reply = await post(`${session.baseUrl('leads')}/v1/chat/completions`, {}, headers);
    expect(reply.status).toBe(200);
    const made = (await sessions()).find(({ grant }) => grant === session.grant);
    expect(made?.principal.name).toBe('Grace');
  });

  test('many at once of one token are one grant', async () => {
    const token = await provider.issue({ ...PERSON, sub: 'many' });
    const all = await Promise.all(
      Array.from({ length: 8 }, () =>
        post(`${base}/anthropic/v1/messages`, { messages: [] }, { 'x-api-key': token }),
      ),
    );
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const grants = (await sessions()).filter(({ identity }) => identity.subject === 'many');
    expect(new Set(grants.map(({ grant }) => grant)).size).toBe(1);
  });

  test('a stopped one is dead, after a restart too; a fresh one is let in', async () => {
    const token = await provider.issue({ ...PERSON, sub: 'stop' });
    expect(await askWith(token)).toBe(200);
    const [session] = await sessions();
    await stopSession(world.caller, session?.id ?? '');
    expect(await askWith(token)).toBe(401);
    await service.stop();
    service = await startService(world);
    expect(await askWith(token)).toBe(401);
    expect(await askWith(await provider.issue({ ...PERSON, sub: 'stop', jti: '2' }))).toBe(200);
  });

  test('a provider’s own login is a token too, and passes as it is', async () => {
    const session = await open(world);
    const login = await provider.issue({ ...PERSON, iss: 'https://auth.example' });
    const headers = { authorization: `Bearer ${login}` };
    await (await post(`${session.baseUrl('openai')}/v1/responses`, {}, headers)).text();
    expect(model.asked.at(-1)?.headers.authorization).toBe(`Bearer ${login}`);
  });
});

describe('turned away', () => {
  const refusals: readonly (readonly [
    string,
    () => Promise<string> | string,
    readonly [number, string],
  ])[] = [
    ['expired', () => provider.issue(PERSON, -600), [401, 'IDENTITY_REFUSED']],
    [
      'another audience',
      () => provider.issue({ ...PERSON, aud: 'npm' }),
      [401, 'IDENTITY_REFUSED'],
    ],
    [
      'another issuer',
      () => provider.issue({ ...PERSON, iss: 'https://evil.example' }),
      [401, 'TOKEN_UNKNOWN'],
    ],
    [
      'no signature',
      async () => {
        const [, claims] = (await provider.issue(PERSON)).split('.');
        return [Buffer.from('{"alg":"none"}').toString('base64url'), claims, ''].join('.');
      },
      [401, 'IDENTITY_REFUSED'],
    ],
    ['an unknown key', () => forged('RS256', 'key-9'), [401, 'IDENTITY_REFUSED']],
    ['a key of somebody else', () => forged('RS256', 'key-1'), [401, 'IDENTITY_REFUSED']],
    ['the public key as a secret', () => forged('HS256', 'key-1'), [401, 'IDENTITY_REFUSED']],
    [
      'a good one with other claims',
      async () => {
        const [head, , end] = (await provider.issue({ ...PERSON, teams: ['devs'] })).split('.');
        const claims = { ...PERSON, teams: ['leads'], iss: provider.issuer, exp: 9e9 };
        return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), end].join('.');
      },
      [401, 'IDENTITY_REFUSED'],
    ],
    ['an API key', () => 'sk-nothing', [401, 'TOKEN_UNKNOWN']],
    [
      'not in the group',
      () => provider.issue({ ...PERSON, teams: ['devs'] }),
      [403, 'GROUP_NOT_ALLOWED'],
    ],
  ];

  test.each(refusals)(
    '%s: nothing goes upstream, and it is a record',
    async (...[, make, want]) => {
      const asked = model.asked.length;
      const token = await make();
      const headers = { authorization: `Bearer ${token}` };
      const reply = await post(`${base}/leads/v1/chat/completions`, { messages: [] }, headers);
      expect([reply.status, reply.headers.get('x-aitrail-error')]).toEqual(want);
      expect(await reply.json()).toHaveProperty('error');
      expect(model.asked.length).toBe(asked);
      await expect
        .poll(async () => (await denied()).some(({ detail }) => detail['code'] === want[1]))
        .toBe(true);
      const written = JSON.stringify(await denied());
      for (const part of token.split('.').filter(({ length }) => length > 0))
        expect(written).not.toContain(part);
    },
  );

  test('keys that cannot be had: no yes, nothing goes upstream, and it is a record', async () => {
    const asked = model.asked.length;
    const token = await silent.issue({ ...PERSON, teams: ['leads'] });
    silent.breakDown();
    const headers = { authorization: `Bearer ${token}` };
    const reply = await post(`${base}/leads/v1/chat/completions`, {}, headers);
    expect([reply.status, reply.headers.get('x-aitrail-error')]).toEqual([
      503,
      'IDENTITY_UNCHECKED',
    ]);
    expect(model.asked.length).toBe(asked);
    await expect
      .poll(async () => (await denied()).map(({ detail }) => detail['code']))
      .toContain('IDENTITY_UNCHECKED');
  });

  test('who is not verified is not a member: a session of a person cannot use the connection', async () => {
    const session = await open(world);
    const reply = await post(`${session.baseUrl('leads')}/v1/chat/completions`, {});
    expect(reply.status).toBe(403);
  });

  test('an identity token never goes to a provider, not even to a connection without custody', async () => {
    const token = await provider.issue(PERSON);
    const asked = model.asked.length;
    const reply = await post(
      `${base}/openai/v1/responses`,
      {},
      { authorization: `Bearer ${token}` },
    );
    expect([reply.status, reply.headers.get('x-aitrail-error')]).toEqual([
      503,
      'CREDENTIAL_MISSING',
    ]);
    expect(model.asked.length).toBe(asked);
  });

  test('a flood is counted, not listed', async () => {
    const total = async () =>
      (await denied())
        .filter(({ detail }) => detail['protocol'] === 'gemini')
        .reduce((sum, { detail }) => sum + Number(detail['count']), 0);
    const count = (await denied()).length;
    for (let i = 0; i < 60; i += 1)
      await (await post(`${base}/T${String(i)}/gemini/v1beta/models/g:generateContent`, {})).text();
    expect((await denied()).length - count).toBeLessThanOrEqual(1);
    await service.stop(); // what was counted is written down
    const written = await total();
    service = await startService(world);
    expect(written).toBe(60);
  });

  test('a web page’s request, and a CONNECT without the password', async () => {
    const { port } = new URL(base);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n');
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (bytes) => resolve(bytes.toString())),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 407 /);
    const status = await new Promise((resolve) =>
      request({ port, path: '/t/openai/v1/models', headers: { host: 'evil.example' } }, (reply) =>
        resolve(reply.resume().statusCode),
      ).end(),
    );
    expect(status).toBe(403);
    await expect
      .poll(async () => (await denied()).map(({ detail }) => detail['status']).slice(0, 2))
      .toEqual([403, 407]);
  });
});

describe('rules by group', () => {
  const prompt = { model: 'm', messages: [{ role: 'user', content: 'DROP TABLE users' }] };
  test.each([
    ['a member', { teams: ['interns'] }, true],
    ['verified to be none', { teams: ['devs'] }, false],
  ])('%s', async (_, claims, isBlocked) => {
    const asked = model.asked.length;
    const token = await provider.issue({ ...PERSON, ...claims });
    const reply = await post(`${base}/anthropic/v1/messages`, prompt, { 'x-api-key': token });
    await reply.text();
    expect(model.asked.length - asked).toBe(isBlocked ? 0 : 1);
  });

  test('nobody verified: the rule holds', async () => {
    const asked = model.asked.length;
    const session = await open(world);
    expect(
      await (await post(`${session.baseUrl('anthropic')}/v1/messages`, prompt)).text(),
    ).toContain('no-drop');
    expect(model.asked.length).toBe(asked);
  });
});

test('no token is in any file of ours', async () => {
  const token = await provider.issue({ ...PERSON, sub: 'written' });
  const headers = { 'x-api-key': token };
  const body = { messages: [{ role: 'user', content: `my token is ${token}` }] };
  await (await post(`${base}/anthropic/v1/messages`, body, headers)).text();
  const last = (await listAll(world)).at(-1);
  const [request_, sent] = await withStore(world, async (store) => [
    Buffer.from(await store.readRequest(last?.id ?? '')).toString(),
    JSON.stringify(await store.readHeaders(last?.id ?? '')),
  ]);
  expect(`${request_ ?? ''}${sent ?? ''}`).not.toContain(token.split('.')[2]);
});
