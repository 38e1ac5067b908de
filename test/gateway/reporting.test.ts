// A laptop reports to its team's gateway: what was recorded arrives masked, its log is cosigned, nothing is lost while the
// gateway is away, and a log that was rewritten since is refused.
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepLogin } from '../../src/flow/login/kept-login.ts';
import { formatLeaf } from '../../src/log/leaf.ts';
import { sendReport } from '../../src/flow/reporting/send-report.ts';
import { openRecords } from '../../src/flow/record/open-records.ts';
import { keepReporting } from '../../src/flow/reporting/keep-reporting.ts';
import { readReporting } from '../../src/flow/reporting/read-reporting.ts';
import { indexExchanges } from '../../src/flow/show/index-exchanges.ts';
import { readStore } from '../../src/flow/show/read-store.ts';
import type { ReportOutcome } from '../../src/model/reporting.ts';
import { openStore } from '../../src/store/open-store.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  open,
  post,
  startModel,
  startService,
  withStore,
  type World,
} from '../daemon/world.ts';
import type { Store } from '../../src/store/store.ts';
import { draft, ending, newSession } from '../store/store-kit.ts';
import { hasPostgres } from '../store/postgres/database.ts';
import { showAll, startFront } from './laptop.ts';
import { type Gateway, makeTeam, speak, type Team, until } from './team.ts';

const START_MS = 90_000;

const CODE = ['So:\n```js\nconst greeting = "hello";\n', 'export { greeting };\n```\n'];

/** One that has ended. */
async function addExchange(store: Store, text: string): Promise<void> {
  const session = await newSession(store);
  const now = Date.now(); // what is older than retention goes
  const begun = draft(session, { slices: [Buffer.from(text)], startedAtMs: now });
  await store.beginExchange(begun);
  await store.endExchange(ending(begun.id, { endedAtMs: now }));
}

/** Also inside of base64. */
function lieIn(value: string, said: string, lie: string): string {
  const decoded = Buffer.from(value, 'base64').toString();
  const isEncoded = Buffer.from(decoded).toString('base64') === value;
  return isEncoded
    ? Buffer.from(decoded.replaceAll(said, lie)).toString('base64')
    : value.replaceAll(said, lie);
}
const SECRET = ['gh', 'p_', 'A7xQ2mVt9Lc4Rk8W', 'n3Yb6Hs1Jd5Pf0ZeUgTi'].join('');

describe.skipIf(!hasPostgres)('aitrail log send', { timeout: START_MS }, () => {
  let team: Team;
  let gateway: Gateway;
  let laptop: World;
  let model: Model;
  beforeAll(async () => {
    team = await makeTeam(() => Promise.resolve());
    gateway = await team.start();
    laptop = makeWorld();
    model = await startModel(
      (_asked, response) => void speak(response, CODE, () => Promise.resolve()),
    );
    laptop.configure(`${connectionsTo(model.url)}
rules: [{ name: customers, on: prompt, match: customer export, action: warn }]
`);
  }, START_MS);
  afterAll(async () => {
    await team.close();
    await model.close();
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
  /** The same, without a daemon: for tests that look at the log alone. */
  const write = async (...texts: readonly string[]): Promise<void> => {
    const store = await openStore({ home: laptop.home, mode: 'write' });
    for (const text of texts) await addExchange(store, text);
    await store.close();
  };
  const logIn = async (url: string, who = 'ada'): Promise<void> => {
    await keepLogin(laptop.caller, {
      gateway: url,
      place: { kind: 'oidc', issuer: team.provider.issuer, clientId: 'aitrail', scopes: [] },
      idToken: await team.token({ sub: who, email: `${who}@example.com` }),
      expiresAtMs: Date.now() + 300_000,
      refreshToken: null,
    });
  };
  const send = async (at = gateway, who = 'ada'): Promise<ReportOutcome> => {
    await logIn(at.url, who);
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
    await record(); // the log is empty so far
    expect(await send()).toMatchObject({ size: 0, sent: 0 });
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

  test('the gateway shows what the laptop shows', async () => {
    await record('a customer export, please');
    const commit = 'c'.repeat(40);
    const writer = await openStore({ home: laptop.home, mode: 'write' });
    const exchanges = (await listAll(laptop)).slice(0, 2).map(({ id }) => id);
    const leaf = formatLeaf({
      kind: 'commit',
      id: commit,
      at: '2026-01-02T03:04:05.000Z',
      digests: {},
    });
    await writer.addCommit(
      { repository: '/r/.git', commit, atMs: Date.parse('2026-01-02T03:04:05Z'), exchanges },
      leaf,
    );
    await writer.close();
    await send();
    const here = await withStore(laptop, (store) => showAll(store, commit));
    const all = JSON.stringify(here);
    expect(all).toMatch(
      /"placeholder":"AITRAIL_.*"kind":"snippet".*"rule":"customers".*"found":\["x\w+"\]/s,
    );
    const store = await openRecords(team.caller, { mode: 'write' });
    while ((await indexExchanges(store, 100)) > 0); // as the gateway does where nobody waits
    const there = await showAll(store, commit);
    await store.close();
    expect(there).toEqual(here);
  });

  test('what is sent twice is there once, and nothing is taken that its leaf is not of', async () => {
    const size = await readStore(team.caller, (store) => store.logSize());
    rmSync(join(laptop.home, 'reported'), { recursive: true });
    expect((await send()).sent).toBe(0);
    expect(await readStore(team.caller, (store) => store.logSize())).toBe(size);
    await record('an innocent word');
    const writer = await openStore({ home: laptop.home, mode: 'write' });
    const happened = { kind: 'stopped', detail: { why: 'proved by nobody' } } as const;
    await writer.addEvent({ ...happened, atMs: Date.now() });
    await writer.close();
    const front = await startFront(() => gateway.url);
    const lies: readonly (readonly [string, string])[] = [
      ['an innocent word', 'a different word'],
      ['"content":"an innocent word"', '"content":"an innocent word"}, {'],
      ['const greeting', 'const farewell'],
      ['"model":"model-1"', '"model":"model-2"'],
      ['"outcome":"ok"', '"outcome":"refused"'],
      ['stopped\n', 'ran\n'],
      ['proved by nobody', 'proved by somebody'],
    ];
    for (const [said, lie] of lies) {
      let changed = 0;
      front.set(
        () => null,
        (body) =>
          JSON.stringify(JSON.parse(body), (_, value: unknown) => {
            const told = typeof value === 'string' ? lieIn(value, said, lie) : value;
            changed += told === value ? 0 : 1;
            return told;
          }),
      );
      await expect(send({ ...gateway, url: front.url }), said).rejects.toMatchObject({
        code: 'USAGE',
      });
      expect(changed, said).toBeGreaterThan(0);
    }
    await front.close();
    // the exchange was true, and was taken before the lie about the event behind it
    expect((await send()).sent).toBe(1);
    const reported = (await events('reported')).filter(
      ({ detail }) => detail['what'] === 'stopped',
    );
    expect(reported).toMatchObject([{ detail: happened.detail }]);
  });

  test('a machine reports by itself, whatever becomes of the gateway meanwhile', async () => {
    const front = await startFront(() => gateway.url);
    laptop.configure(`reporting: ${front.url}/\n${connectionsTo(model.url)}`);
    await logIn(front.url);
    const store = await openStore({ home: laptop.home, mode: 'write' });
    const said: string[] = [];
    const stop = new AbortController();
    const work = { caller: laptop.caller, store, log: (line: string) => void said.push(line) };
    const ended = keepReporting({ ...work, lookMs: 5 }, stop.signal);
    const state = () => readReporting(laptop.caller, store);
    const count = () => readStore(team.caller, (all) => all.countExchanges());
    const before = await count();
    await until(async () => (await state())?.waiting === 0);
    for (const [status, code] of [
      [500, 'GATEWAY_UNREACHABLE'],
      [401, 'TOKEN_UNKNOWN'],
    ] as const) {
      front.set(() => ({ status, body: JSON.stringify({ error: { code } }) }));
      await addExchange(store, `while it answered ${String(status)}`);
      await until(async () => (await state())?.problem?.code === code);
      const asked = front.asked.length;
      await until(() => Promise.resolve(front.asked.length > asked)); // it goes on asking
      expect(await state()).toMatchObject({ waiting: 1, problem: { code } });
      front.set(() => null);
      await until(async () => (await state())?.waiting === 0);
      expect((await state())?.problem).toBeNull();
    }
    await gateway.kill();
    await addExchange(store, 'while it was dead');
    await until(async () => (await state())?.problem?.code === 'GATEWAY_UNREACHABLE');
    gateway = await team.start();
    await until(async () => (await state())?.waiting === 0);
    expect(await count()).toBe(before + 3);
    expect(said.filter((line) => line.includes('TOKEN_UNKNOWN'))).toHaveLength(1);
    front.set(() => 'silence');
    await addExchange(store, 'while it was silent');
    const asked = front.asked.length;
    await until(() => Promise.resolve(front.asked.length > asked));
    stop.abort(); // nobody waits for an answer
    await ended;
    expect(await state()).toMatchObject({ waiting: 1 });
    await store.close();
    await front.close();
    laptop.configure(connectionsTo(model.url));
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
    await write('this will be denied');
    const before = (await send()).size;
    back();
    // shorter than what was cosigned
    await expect(send()).rejects.toMatchObject({ code: 'LOG_FORKED' });
    // as long, and longer
    await write('something else');
    await expect(send()).rejects.toMatchObject({ code: 'LOG_FORKED' });
    await write('and more', 'and more', 'and more');
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
