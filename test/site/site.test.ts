// The pages' server without a browser: who is let in, what headers say, and what is answered.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrayAt, numberAt, objectAt, stringAt } from '../../src/model/json.ts';
import { holdSession } from '../../src/flow/keep/hold-session.ts';
import { serveSite } from '../../src/site/serve-site.ts';
import { openHere } from '../store/store-kit.ts';
import { enterSite, openSite, type OpenedSite } from './open-site.ts';

let opened: OpenedSite;
let known: Readonly<Record<string, string>>;
const seen = (path: string) => opened.bare({ path, headers: known });

beforeAll(async () => {
  opened = await openSite();
  known = await opened.enter();
});
afterAll(() => opened.close());

describe('who is let in', () => {
  test('the link opens one browser, once', async () => {
    const again = await opened.bare({
      method: 'POST',
      path: '/api/enter',
      headers: { origin: `http://${opened.host}`, 'content-type': 'application/json' },
      body: JSON.stringify({ token: opened.token }),
    });
    expect(again.status).toBe(403);
    expect(stringAt(again.json, 'code')).toBe('LINK_USED');
    expect((await seen('/api/sessions')).status).toBe(200);
  });

  test('the cookie is out of reach of scripts and other sites', async () => {
    const other = await openSite();
    const answer = await other.bare({
      method: 'POST',
      path: '/api/enter',
      headers: { origin: `http://${other.host}`, 'content-type': 'application/json' },
      body: JSON.stringify({ token: other.token }),
    });
    await other.close();
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^aitrail-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
  });

  test.each<readonly [string, () => Readonly<Record<string, string>>, number, string]>([
    ['nothing', () => ({}), 401, 'NOT_ENTERED'],
    ['the cookie alone', () => ({ cookie: known['cookie'] ?? '' }), 401, 'NOT_ENTERED'],
    ['the key alone', () => ({ 'aitrail-key': known['aitrail-key'] ?? '' }), 401, 'NOT_ENTERED'],
    ['a wrong key', () => ({ ...known, 'aitrail-key': 'x' }), 401, 'NOT_ENTERED'],
    ['another origin', () => ({ ...known, origin: 'http://127.0.0.1:1' }), 403, 'WRONG_ORIGIN'],
    ['no origin at all', () => ({ ...known, origin: 'null' }), 403, 'WRONG_ORIGIN'],
    [
      'another port of this machine',
      () => ({ ...known, 'sec-fetch-site': 'same-site' }),
      403,
      'WRONG_ORIGIN',
    ],
    ['a name bound to loopback', () => ({ ...known, host: 'evil.example' }), 421, 'WRONG_HOST'],
    [
      'localhost',
      () => ({ ...known, host: opened.host.replace('127.0.0.1', 'localhost') }),
      421,
      'WRONG_HOST',
    ],
  ])('with %s: refused', async (...[, headers, status, code]) => {
    const answer = await opened.bare({ path: '/api/sessions', headers: headers() });
    expect([answer.status, stringAt(answer.json, 'code')]).toEqual([status, code]);
  });

  test.each([
    ['without an origin', { origin: undefined }, 403],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 422],
    ['as plain text', { 'content-type': 'text/plain' }, 422],
  ])('a write %s: refused', async (_, more, status) => {
    const headers = { ...known, 'content-type': 'application/json', ...more };
    const answer = await opened.bare({
      method: 'POST',
      path: '/api/decide',
      headers: Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      ),
      body: JSON.stringify({ answer: 'approve', id: 'a0' }),
    });
    expect(answer.status).toBe(status);
  });

  test('a write by GET does nothing', async () => {
    const answer = await seen('/api/decide?answer=approve&id=a0');
    expect([answer.status, stringAt(answer.json, 'code')]).toEqual([422, 'USAGE']);
  });
});

test.each([
  '/',
  '/main.js',
  '/main.css',
  '/icon.svg',
  '/session/sabc',
  '/api/sessions',
  '/api/no',
  '/../package.json',
])('%s: every answer carries the safe headers', async (path) => {
  const { headers } = await seen(path);
  const policy = String(headers['content-security-policy']);
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
  expect(policy).not.toContain('unsafe');
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

test('no path of a request reaches the disk', async () => {
  for (const path of ['/../../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd'])
    expect((await opened.bare({ path })).body).toContain('<div id="page">');
});

test('the page loads nothing from elsewhere and has nothing inline', async () => {
  const { body } = await opened.bare({ path: '/' });
  expect(body).not.toMatch(/<script(?![^>]*\bsrc="\/)|<style|\son\w+=|https?:/);
});

describe('answers', () => {
  test('sessions, and how many there are', async () => {
    const { json } = await seen('/api/sessions?limit=5&offset=0');
    expect(numberAt(json, 'total')).toBe(1);
    expect(arrayAt(json, 'sessions').map((one) => stringAt(one, 'id'))).toEqual([opened.session]);
    const other = await seen('/api/sessions?agent=nobody');
    expect(other.json).toEqual({ sessions: [], total: 0 });
    expect(arrayAt((await seen('/api/sessions?offset=1')).json, 'sessions')).toEqual([]);
  });

  test('a conversation, piece by piece', async () => {
    const { json } = await seen(`/api/replay?word=${opened.session}&first=1&count=1`);
    expect(arrayAt(json, 'exchanges')).toHaveLength(3);
    const turns = arrayAt(json, 'turns');
    expect(turns.map((turn) => stringAt(objectAt(turn, 'exchange'), 'id'))).toEqual([
      opened.exchanges[1],
    ]);
    const kinds = arrayAt(turns[0], 'steps').map((step) => stringAt(step, 'kind'));
    expect(kinds).toEqual(['result', 'answer', 'call']);
  });

  test('what a rule did stands with the exchange that it was about', async () => {
    const store = await openHere(opened.caller.env['AITRAIL_HOME'] ?? '');
    const about = { exchange: opened.exchanges[1] ?? '', effect: 'blocked', on: 'tool-call' };
    const detail = { ...about, rule: 'pipe-to-shell', tool: 'Bash', place: 'policy.yaml:3' };
    await store.addEvent({ kind: 'ruled', atMs: Date.now(), detail });
    await store.close();
    const { json } = await seen(`/api/replay?word=${opened.session}`);
    expect(arrayAt(json, 'turns').map((turn) => arrayAt(turn, 'rulings'))).toEqual([
      [],
      [
        {
          effect: 'blocked',
          on: 'tool-call',
          rule: 'pipe-to-shell',
          tool: 'Bash',
          place: 'policy.yaml:3',
        },
      ],
      [],
    ]);
  });

  test('a file with its lines', async () => {
    const { json } = await seen('/api/file?path=src%2Fa.ts');
    expect(arrayAt(json, 'lines').map((line) => stringAt(line, 'text'))).toEqual(['const a = 1;']);
    expect(arrayAt((await seen('/api/files')).json, 'paths')).toEqual(['src/a.ts']);
  });

  test.each([
    ['/api/replay?word=szzzzzz', 'NO_SUCH_SESSION'],
    ['/api/file?path=no.ts', 'NO_SUCH_FILE'],
    ['/api/file?path=a&revision=--output%3Dx', 'NO_SUCH_REVISION'],
    ['/api/file', 'USAGE'],
    ['/api/replay?word=s&first=-1', 'USAGE'],
    ['/api/constructor', 'USAGE'],
  ])('%s: %s', async (path, code) => {
    const { status, json } = await seen(path);
    expect([status, stringAt(json, 'code')]).toEqual([422, code]);
  });

  test('an approval that nobody asked for', async () => {
    const answer = await opened.bare({
      method: 'POST',
      path: '/api/decide',
      headers: { ...known, 'content-type': 'application/json' },
      body: JSON.stringify({ answer: 'approve', id: 'a0' }),
    });
    expect(stringAt(answer.json, 'code')).toBe('NO_SUCH_APPROVAL');
  });

  test('status says how long recordings are kept, and what is held', async () => {
    const before = await seen('/api/status');
    expect(before.json).toMatchObject({ retentionDays: 90, pruned: 0, erased: 0, holds: [] });
    await holdSession(opened.caller, opened.session, 'case 42');
    const after = await seen('/api/status');
    expect(after.json).toMatchObject({ holds: [{ session: opened.session, reason: 'case 42' }] });
  });

  test.each(['about', 'status', 'stats', 'approvals'])('%s', async (name) => {
    expect((await seen(`/api/${name}`)).status).toBe(200);
  });
});

test('approvals are not given by agents', async () => {
  const entered = await enterSite({
    ...opened.caller,
    env: { ...opened.caller.env, CLAUDECODE: '1' },
  });
  const decided = await entered.ask({
    method: 'POST',
    path: '/api/decide',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ answer: 'approve', id: 'a0' }),
  });
  expect(stringAt(decided.json, 'code')).toBe('AGENT_NOT_ALLOWED');
  await entered.close();
});

test('a port that is taken is said so', async () => {
  const port = Number(opened.host.split(':')[1]);
  await expect(serveSite(opened.caller, port)).rejects.toThrow(/cannot be served/);
});
