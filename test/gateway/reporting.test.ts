// A laptop reports to its team's gateway: what was recorded arrives masked, its log is cosigned, nothing is lost while the
// gateway is away, and a log that was rewritten since is refused.
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepLogin } from '../../src/flow/login/kept-login.ts';
import { sendReport } from '../../src/flow/reporting/send-report.ts';
import { readStore } from '../../src/flow/show/read-store.ts';
import type { ReportOutcome } from '../../src/model/reporting.ts';
import { connectionsTo, makeWorld, open, post, startService, type World } from '../daemon/world.ts';
import { hasPostgres } from '../store/postgres/database.ts';
import { type Gateway, makeTeam, type Team } from './team.ts';

const START_MS = 90_000;
const SECRET = ['gh', 'p_', 'A7xQ2mVt9Lc4Rk8W', 'n3Yb6Hs1Jd5Pf0ZeUgTi'].join('');

describe.skipIf(!hasPostgres)('aitrail log send', { timeout: START_MS }, () => {
  let team: Team;
  let gateway: Gateway;
  let laptop: World;
  beforeAll(async () => {
    team = await makeTeam(() => Promise.resolve());
    gateway = await team.start();
    laptop = makeWorld();
    laptop.configure(connectionsTo(team.model.url));
  }, START_MS);
  afterAll(async () => {
    await team.close();
    laptop.remove();
  });

  /** Records as many exchanges with these words. */
  const record = async (...texts: readonly string[]): Promise<void> => {
    const service = await startService(laptop);
    const session = await open(laptop);
    for (const content of texts) {
      const body = { model: 'model-1', messages: [{ role: 'user', content }] };
      await (await post(`${session.baseUrl('anthropic')}/v1/messages`, body)).text();
    }
    await service.stop();
  };
  const send = async (at = gateway, who = 'ada'): Promise<ReportOutcome> => {
    await keepLogin(laptop.caller, {
      gateway: at.url,
      place: { issuer: team.provider.issuer, clientId: 'aitrail', scopes: [] },
      idToken: await team.token({ sub: who, email: `${who}@example.com` }),
      expiresAtMs: Date.now() + 300_000,
      refreshToken: null,
    });
    return readStore(laptop.caller, (store) => sendReport(laptop.caller, store));
  };
  const arrived = () =>
    readStore(team.caller, async (store) => {
      const [session] = await store.listSessions({ user: 'ada@example.com' });
      const exchanges = session === undefined ? [] : await store.listExchanges(session.id);
      const texts = await Promise.all(
        exchanges.map(async ({ id }) => Buffer.from(await store.readRequest(id)).toString()),
      );
      return { session, exchanges, texts };
    });
  const events = (kind: string) =>
    readStore(team.caller, async (store) =>
      (await store.listEvents({ limit: 100 })).filter((event) => event.kind === kind),
    );

  test('records arrive, masked, and the log is cosigned', async () => {
    await record('first words', `the token is ${SECRET}`);
    const report = await send();
    expect(report.sent).toBe(2);
    const { session, exchanges, texts } = await arrived();
    expect(session?.identity).toMatchObject({ source: 'claim', subject: 'ada' });
    expect(session?.place.worktree).toBe(laptop.repo);
    expect(exchanges).toMatchObject([
      { outcome: 'ok', model: 'model-1' },
      { outcome: 'ok', status: 200 },
    ]);
    expect(texts[0]).toContain('first words');
    expect(texts[1]).toContain('the token is AITRAIL_');
    expect(texts.join('')).not.toContain(SECRET);
    const [witnessed] = await events('witnessed');
    expect(witnessed?.detail).toMatchObject({ size: report.size, by: 'ada@example.com' });
    const kept = readdirSync(laptop.home, { recursive: true, encoding: 'utf8' })
      .map((name) => join(laptop.home, name))
      .filter((path) => /cosigned/.test(path))
      .map((path) => readFileSync(path, 'utf8'));
    expect(kept).toContain(report.note);
  });

  test('what is sent again is there once; what came while the gateway was away comes with the next report', async () => {
    expect((await send()).sent).toBe(0);
    await gateway.kill();
    await record('while it was away', 'and once more');
    await expect(send()).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
    gateway = await team.start(); // another address: the laptop begins with the first record
    expect((await send()).sent).toBe(2);
    const { exchanges } = await arrived();
    expect(exchanges).toHaveLength(2);
    const all = await readStore(team.caller, (store) => store.countExchanges());
    expect(all).toBe(4);
  });

  test('a log belongs to whoever showed it first', async () => {
    await expect(send(gateway, 'eve')).rejects.toMatchObject({ code: 'ROLE_NEEDED' });
  });

  test('a log that was rewritten after it was cosigned is refused, and an alarm', async () => {
    const copy = join(laptop.dir, 'copy');
    cpSync(laptop.home, copy, { recursive: true });
    const back = (): void => {
      rmSync(laptop.home, { recursive: true });
      cpSync(copy, laptop.home, { recursive: true });
    };
    await record('this will be denied');
    const before = (await send()).size;
    back();
    // shorter than what was cosigned
    await expect(send()).rejects.toMatchObject({ code: 'LOG_FORKED' });
    // as long, and longer
    await record('something else');
    await expect(send()).rejects.toMatchObject({ code: 'LOG_FORKED' });
    await record('and more', 'and more', 'and more');
    await expect(send()).rejects.toMatchObject({ code: 'LOG_FORKED' });
    const forks = await events('forked');
    expect(forks.map(({ detail }) => detail['why'])).toEqual([
      'no proof that it only grew',
      expect.stringMatching(/another root|no proof/),
      `it had ${String(before)} leaves`,
    ]);
    expect(forks[0]?.detail).toMatchObject({ by: 'ada@example.com' });
    expect(gateway.said()).toContain('alarm: ada@example.com');
    const { texts } = await arrived();
    expect(texts.join('')).not.toContain('something else');
  });
});
