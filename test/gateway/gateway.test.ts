// The gateway of a team, as processes on one database.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stopSession } from '../../src/flow/session/stop-session.ts';
import { readStore } from '../../src/flow/show/read-store.ts';
import { hasPostgres } from '../store/postgres/database.ts';
import { ask, type Gateway, makeTeam, REAL_KEY, type Team, until } from './team.ts';
import { certificateOf, makeCertificate, statusFor } from './tls.ts';
import { killInTheMiddle } from './kill-in-the-middle.ts';

const START_MS = 90_000;
const BODY = JSON.stringify({ model: 'model-1', messages: [{ role: 'user', content: 'hello' }] });

describe.skipIf(!hasPostgres)('aitrail gateway', { timeout: START_MS }, () => {
  let team: Team;
  let [first, second]: readonly Gateway[] = [];
  beforeAll(async () => {
    team = await makeTeam(() => pause(5));
    [first, second] = [await team.start(), await team.start()];
  }, START_MS);
  afterAll(() => team.close());

  test('an identity token becomes the real credential; the record is the caller’s', async () => {
    const token = await team.token();
    expect(await ask(first?.url ?? '', token, BODY)).toEqual({ kind: 'whole' });
    expect(team.model.asked.at(-1)?.headers['x-api-key']).toBe(REAL_KEY);
    expect(JSON.stringify(team.model.asked)).not.toContain(token);
    const [session] = await readStore(team.caller, (store) => store.listSessions({}));
    expect(session).toMatchObject({ principal: { email: 'ada@example.com' }, exchanges: 1 });
    const asked = team.model.asked.length;
    for (const wrong of [await team.token({ aud: 'other' }), 'nothing', ''])
      expect(await ask(second?.url ?? '', wrong, BODY)).toMatchObject({
        why: expect.stringMatching(/^401 .*authentication_error/),
      });
    expect(team.model.asked).toHaveLength(asked);
  });

  test('any of them goes on with a session of another, and knows that it was ended', async () => {
    const token = await team.token({ sub: 'u2', email: 'grace@example.com' });
    expect(await ask(first?.url ?? '', token, BODY)).toEqual({ kind: 'whole' });
    expect(await ask(second?.url ?? '', token, BODY)).toEqual({ kind: 'whole' });
    const user = 'grace@example.com';
    const sessions = await readStore(team.caller, (store) => store.listSessions({ user }));
    expect(sessions).toMatchObject([{ exchanges: 2 }]);
  });

  test('a session that is stopped anywhere is over everywhere, streams and all', async () => {
    const gate = team.hold();
    const token = await team.token({ sub: 'u3', email: 'joan@example.com' });
    const streaming = ask(first?.url ?? '', token, BODY);
    await gate.reached;
    const [session] = await readStore(team.caller, (store) =>
      store.listSessions({ user: 'joan@example.com' }),
    );
    await stopSession(team.caller, session?.id ?? '');
    expect(await streaming).toMatchObject({ kind: 'failed' });
    gate.open();
    const why = async (): Promise<unknown> => ask(second?.url ?? '', token, BODY);
    expect(await why()).toMatchObject({ why: expect.stringMatching(/^401 /) });
    const exchanges = await readStore(team.caller, (store) =>
      store.listExchanges(session?.id ?? ''),
    );
    expect(exchanges).toMatchObject([{ outcome: 'refused' }]);
  });

  test('one is killed under streams: nothing that was acknowledged is missing, one log', async () => {
    const load = { streams: 16, turns: 3, killAfter: 12 };
    const seen = await killInTheMiddle(team, load);
    expect(seen.whole).toHaveLength(48);
    // 503: the provider's own word for "try again"
    expect(seen.failures.filter((why) => !/^(connection|cut|503 .*)$/s.test(why))).toEqual([]);
    const ok = seen.exchanges.filter(({ outcome }) => outcome === 'ok');
    const recorded = new Set(ok.map(({ requestSha256 }) => requestSha256));
    expect(seen.whole.filter((sha256) => !recorded.has(sha256))).toEqual([]);
    const indexes = seen.exchanges.map(({ logIndex }) => logIndex);
    expect(new Set(indexes).size).toBe(seen.exchanges.length);
    expect(seen.logSize).toBeGreaterThanOrEqual(seen.exchanges.length);
  });

  test('it says how it is, lets what is under way finish, and keeps strangers out', async () => {
    const gateway = await team.start('gateway: { listen: "127.0.0.1:0", hosts: [team.example] }');
    const page = async (path: string) => {
      const response = await fetch(`${gateway.url}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await page('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect(await page('/readyz')).toEqual({ status: 200, text: 'ok\n' });
    const token = await team.token();
    expect(await ask(gateway.url, token, BODY)).toEqual({ kind: 'whole' });
    const { text } = await page('/metrics');
    expect(text).toMatch(
      /^aitrail_exchanges_total\{protocol="anthropic-messages",outcome="ok"\} 1$/m,
    );
    expect(text).toMatch(/^aitrail_requests_open \d+$/m);
    expect(
      text.split('\n').filter((line) => !/^(#.*|\w+(\{.*\})? [\d.e+-]+|)$/.test(line)),
    ).toEqual([]);
    const asHost = (host: string): Promise<number> => statusFor(gateway.url, host);
    expect(await asHost('team.example')).toBe(401);
    expect(await asHost('evil.example')).toBe(403);
    const gate = team.hold();
    const streaming = ask(gateway.url, token, BODY);
    await gate.reached;
    const stopping = gateway.stop();
    // takes no more requests
    await until(async () => (await page('/healthz').catch(() => null)) === null);
    gate.open();
    expect(await streaming).toEqual({ kind: 'whole' });
    expect(await stopping).toBe(0);
  });

  test('TLS by files that are read again', async () => {
    const files = (name: string): string =>
      `{ certificate: ${team.world.dir}/${name}.crt, key: ${team.world.dir}/${name}.key }`;
    const [one, two] = [await makeCertificate('one.example'), await makeCertificate('two.example')];
    const put = (made: typeof one): void => {
      team.world.put('tls.crt', made.certificate);
      team.world.put('tls.key', made.key);
    };
    put(one);
    const gateway = await team.start(`gateway: { listen: "127.0.0.1:0", tls: ${files('tls')} }`);
    expect(gateway.url).toMatch(/^https:/);
    expect(await certificateOf(gateway.url)).toBe('one.example');
    put(two);
    gateway.child.kill('SIGHUP');
    await until(async () => (await certificateOf(gateway.url)) === 'two.example');
    team.world.put('tls.crt', 'no certificate');
    gateway.child.kill('SIGHUP');
    await until(() => Promise.resolve(gateway.said().includes('the certificate in use stays')));
    expect(await certificateOf(gateway.url)).toBe('two.example');
    expect(await gateway.stop()).toBe(0);
  });

  test('a port that is taken', async () => {
    const { port } = new URL(first?.url ?? '');
    await expect(team.start(`gateway: { listen: "127.0.0.1:${port}" }`)).rejects.toThrow(
      'PORT_BUSY',
    );
  });
});
