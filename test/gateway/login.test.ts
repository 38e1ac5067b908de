// A person's way in: a login at a real OpenID provider, the token that comes of it at the gateway, and its end.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandSpec } from '../../src/cli/command.ts';
import { login, logout, whoami } from '../../src/cli/login.ts';
import { commands } from '../../src/cli/sessions.ts';
import { readStore } from '../../src/flow/show/read-store.ts';
import { arrayAt, parseJson, stringAt } from '../../src/model/json.ts';
import {
  CLIENT,
  type LoginProvider,
  startLoginProvider,
  visit,
} from '../identity/login-provider.ts';
import { hasPostgres } from '../store/postgres/database.ts';
import { ask, type Gateway, makeTeam, REAL_KEY, type Team } from './team.ts';
import { type Running, type Typed, type } from './type-command.ts';

const START_MS = 90_000;
const BODY = JSON.stringify({ model: 'model-1', messages: [{ role: 'user', content: 'hello' }] });

const [sessions = login, stop = login] = commands;

describe.skipIf(!hasPostgres)('aitrail login', { timeout: START_MS }, () => {
  let team: Team;
  let provider: LoginProvider;
  let gateway: Gateway;
  beforeAll(async () => {
    provider = await startLoginProvider();
    team = await makeTeam(() => Promise.resolve());
    gateway = await team.start(
      'gateway: { listen: "127.0.0.1:0", roles: { caller: ["group:leads"], auditor: [grace@example.com], admin: [alan@example.com] } }',
      `{ issuer: "${provider.issuer}", audience: ${CLIENT}, groupsClaim: groups, login: {} }`,
    );
  }, START_MS);
  afterAll(async () => {
    await team.close();
    await provider.close();
  });

  /** On a machine of that name. */
  const start = (home: string, spec: CommandSpec, more: Partial<Typed> = {}): Running => {
    const { words = [], options = {}, env = {} } = more;
    const own = { ...team.world.caller.env, AITRAIL_HOME: join(team.world.dir, home), ...env };
    return type(spec, { words, options, env: own });
  };
  const say = async (home: string, spec: CommandSpec, options: Typed['options'] = {}) => {
    const running = start(home, spec, { options });
    await running.done;
    return running.said.out;
  };
  const logIn = async (home: string, options: Typed['options'] = {}) => {
    const running = start(home, login, { words: [gateway.url], options });
    const page = await visit(await running.link, 'ada');
    await running.done;
    return { ...running.said, page };
  };

  test('in a browser, with PKCE: a token that the gateway takes', async () => {
    const said = await logIn('browser');
    expect(said.out).toBe(
      `logged in at ${gateway.url} as Ada <ada@example.com>; the token is in the file\n`,
    );
    expect(said.page).toContain('close this window');
    expect(said.err).toContain('code_challenge_method=S256');
    expect(parseJson(await say('browser', whoami, { json: true }))).toMatchObject({
      schema: 'aitrail.whoami/1',
      email: 'ada@example.com',
      subject: 'ada',
      groups: ['leads'],
      roles: ['caller'],
      isRenewable: true,
    });
    const token = (await say('browser', whoami, { token: true })).trim();
    expect(await ask(gateway.url, token, BODY)).toEqual({ kind: 'whole' });
    expect(team.model.asked.at(-1)?.headers['x-api-key']).toBe(REAL_KEY);
    for (const { text, mode } of filesOf(join(team.world.dir, 'browser'))) {
      expect(text).not.toContain(token);
      expect(mode & 0o077).toBe(0);
    }
  });

  test('with a code that is typed elsewhere', async () => {
    const said = await logIn('device', { device: true });
    expect(said.err).toMatch(/enter the code \w{4}-\w{4}\n$/);
    expect(await say('device', whoami)).toMatch(/^person +Ada <ada@example\.com>$/m);
  });

  test('a redirect that is not this login’s is no login', async () => {
    const running = start('forged', login, { words: [gateway.url] });
    const redirect = new URL(await running.link).searchParams.get('redirect_uri') ?? '';
    expect((await fetch(`${redirect}?code=stolen`)).status).toBe(404);
    const failed = running.done.catch((thrown: unknown) => thrown);
    await fetch(`${redirect}?code=stolen&state=another`);
    expect(await failed).toMatchObject({ code: 'LOGIN_FAILED' });
    await expect(say('forged', whoami)).rejects.toMatchObject({ code: 'NOT_LOGGED_IN' });
  });

  test('a token that soon runs out is renewed, by one process after the other', async () => {
    provider.lifetimeS = 60; // less than whoever asks for a token wants
    await logIn('hasty');
    const renewals = () => provider.asked.filter((line) => line === 'POST /token').length;
    const before = renewals();
    const tokens = await Promise.all([1, 2].map(() => say('hasty', whoami, { token: true })));
    expect(renewals()).toBe(before + 2);
    for (const token of tokens)
      expect(await ask(gateway.url, token.trim(), BODY)).toEqual({ kind: 'whole' });
    provider.lifetimeS = 3600;
    await say('hasty', whoami, { token: true });
    await say('hasty', whoami, { token: true });
    expect(renewals()).toBe(before + 3);
  });

  test('logout: gone here, and taken back there', async () => {
    await logIn('left');
    const token = (await say('left', whoami, { token: true })).trim();
    expect(await ask(gateway.url, token, BODY)).toEqual({ kind: 'whole' });
    const before = provider.asked.length;
    expect(await say('left', logout)).toBe(`logged out of ${gateway.url}\n`);
    expect(provider.asked.slice(before)).toContain('POST /token/revocation');
    const asked = team.model.asked.length;
    expect(await ask(gateway.url, token, BODY)).toMatchObject({
      why: expect.stringMatching(/^401 .*it was ended/),
    });
    expect(team.model.asked).toHaveLength(asked);
    for (const spec of [whoami, logout])
      await expect(say('left', spec)).rejects.toMatchObject({ code: 'NOT_LOGGED_IN' });
  });

  test('not for agents, and for nobody without a role', async () => {
    const env = { CLAUDECODE: '1' };
    const asking = [
      start('browser', login, { words: [gateway.url], env }),
      start('browser', whoami, { options: { token: true }, env }),
    ];
    for (const { done } of asking)
      await expect(done).rejects.toMatchObject({ code: 'AGENT_NOT_ALLOWED' });
    const asked = team.model.asked.length;
    // of the runners' provider: verified, and in no group
    expect(await ask(gateway.url, await team.token(), BODY)).toMatchObject({
      why: expect.stringMatching(/^403 .*callers/),
    });
    expect(team.model.asked).toHaveLength(asked);
  });

  test('auditors see sessions, admins end them, nobody else does; each act is a record', async () => {
    const people = { auditor: 'grace', admin: 'alan' };
    const be = async (who: string) => {
      const running = start(who, login, { words: [gateway.url] });
      await visit(await running.link, who);
      await running.done;
    };
    for (const who of Object.values(people)) await be(who);
    const token = (await say('browser', whoami, { token: true })).trim();
    expect(await ask(gateway.url, token, BODY)).toEqual({ kind: 'whole' });
    const listed = parseJson(await say('grace', sessions, { gateway: true, json: true }));
    // newest first
    expect(arrayAt(listed, 'sessions')[0]).toMatchObject({ user: { email: 'ada@example.com' } });
    const id = stringAt(arrayAt(listed, 'sessions')[0], 'id') ?? '';
    for (const [home, spec] of [
      ['browser', sessions],
      ['alan', sessions],
      ['browser', stop],
      ['grace', stop],
    ] as const)
      await expect(
        start(home, spec, { words: [id], options: { gateway: true } }).done,
      ).rejects.toMatchObject({ code: 'ROLE_NEEDED' });
    await start('alan', stop, { words: [id], options: { gateway: true } }).done;
    expect(await ask(gateway.url, token, BODY)).toMatchObject({
      why: expect.stringMatching(/^401 /),
    });
    const events = await readStore(team.caller, (store) => store.listEvents({ limit: 100 }));
    expect(events.filter(({ kind }) => kind === 'stopped')).toMatchObject([
      { detail: { session: id, by: 'alan@example.com', role: 'admin' } },
    ]);
    expect(events.find(({ kind }) => kind === 'read')?.detail).toMatchObject({
      verb: 'sessions',
      by: 'grace@example.com',
    });
    expect(events.filter(({ detail }) => detail['code'] === 'ROLE_NEEDED').length).toBeGreaterThan(
      0,
    );
  });

  test.each([
    ['no gateway', () => team.model.url, /GATEWAY_UNREACHABLE|LOGIN_FAILED/],
    ['plain http', () => 'http://gateway.example.com', /USAGE/],
    ['a password', () => 'https://me:pass@gateway.example.com', /USAGE/],
  ])('not at %s', async (_, url, code) => {
    const { done } = start('none', login, { words: [url()] });
    await expect(done).rejects.toMatchObject({ code: expect.stringMatching(code) });
  });
});

const filesOf = (dir: string): readonly { readonly text: string; readonly mode: number }[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ text: readFileSync(path, 'latin1'), mode: statSync(path).mode }));
