// Daemon and gateway killed with -9 in turn, at any moment, while a laptop records and reports: what the laptop has in the end
// the gateway has too, each record once, and the laptop's log is cosigned to its end.
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { keepLogin } from '../../src/flow/login/kept-login.ts';
import { readReporting } from '../../src/flow/reporting/read-reporting.ts';
import { readStore } from '../../src/flow/show/read-store.ts';
import { connectionsTo, listAll, makeWorld, open, post, startModel } from '../daemon/world.ts';
import { startFront } from '../gateway/laptop.ts';
import { type Gateway, makeTeam, speak, until } from '../gateway/team.ts';
import { hasPostgres } from '../store/postgres/database.ts';
import { aitrail, startDaemon } from './daemon.ts';
import { figure } from './figures.ts';

const ROUNDS = Number(process.env['AITRAIL_FAULTS'] ?? 6);
const ASKED = 4;
const KILL_WITHIN_MS = 1500;

test.skipIf(!hasPostgres)('a laptop reports while everything is killed', async () => {
  const team = await makeTeam(() => Promise.resolve());
  const model = await startModel(
    (_asked, response) => void speak(response, ['a', 'b'], () => pause(5, undefined)),
  );
  const laptop = makeWorld();
  let gateway: Gateway = await team.start();
  const front = await startFront(() => gateway.url);
  laptop.configure(`reporting: ${front.url}\n${connectionsTo(model.url)}`);
  await keepLogin(laptop.caller, {
    gateway: front.url,
    place: { kind: 'oidc', issuer: team.provider.issuer, clientId: 'aitrail', scopes: [] },
    idToken: await team.provider.issue(
      { sub: 'ada', aud: 'aitrail', email: 'ada@example.com' },
      3600,
    ),
    expiresAtMs: Date.now() + 3_600_000,
    refreshToken: null,
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const daemon = await startDaemon(laptop);
    const session = await open(laptop);
    const ask = async (name: string): Promise<void> => {
      const body = { model: 'model-1', messages: [{ role: 'user', content: name }] };
      await (await post(`${session.baseUrl('anthropic')}/v1/messages`, body)).text();
    };
    const killOne = async (): Promise<void> => {
      await pause(Math.random() * KILL_WITHIN_MS);
      if (round % 2 === 0) return daemon.kill();
      await gateway.kill();
      gateway = await team.start();
    };
    const asking = Array.from({ length: ASKED }, (_, i) => ask(`${String(round)} ${String(i)}`));
    await Promise.allSettled([...asking, killOne()]);
    await daemon.kill();
  }
  const last = await startDaemon(laptop);
  const state = () => readStore(laptop.caller, (store) => readReporting(laptop.caller, store));
  await until(async () => (await state())?.waiting === 0);
  await last.stop();
  const here = (await listAll(laptop)).map(({ id }) => id);
  const there = await readStore(team.caller, async (store) => {
    const sessions = await store.listSessions({});
    return (await Promise.all(sessions.map(({ id }) => store.listExchanges(id)))).flat();
  });
  const whole = there.filter(({ outcome }) => outcome !== 'open' && outcome !== 'interrupted');
  const names = whole.map(({ id }) => id.replace(/r$/, ''));
  const cut = (await listAll(laptop)).filter(({ outcome }) => outcome === 'interrupted');
  expect(here.filter((id) => !names.includes(id) && !cut.some((one) => one.id === id))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  expect((await aitrail(laptop, 'log', 'verify')).exit).toBe(0);
  figure('daemons and gateways killed', String(ROUNDS * 2));
  figure('exchanges of the laptop, all at the gateway, once', String(here.length));
  await front.close();
  await team.close();
  await model.close();
  laptop.remove();
});
