// A store that fails: nothing is forwarded by default, and where policy forwards, the gap is told.
import { afterEach, expect, test } from 'vitest';
import { Fault } from '../../src/model/fault.ts';
import { openApprovalBook } from '../../src/flow/approve/approval-book.ts';
import { openAuthorityBook } from '../../src/flow/record/authority-book.ts';
import { openExplainer } from '../../src/flow/mask/explain-placeholder.ts';
import { openMirrorBook } from '../../src/flow/gate/mirror-book.ts';
import { openGapBook } from '../../src/flow/record/gap-book.ts';
import { openGrantBook } from '../../src/flow/session/grant-book.ts';
import { openHopBook } from '../../src/flow/record/hop-book.ts';
import { openKnownBook } from '../../src/flow/mask/known-book.ts';
import { openMaskers } from '../../src/flow/mask/maskers.ts';
import { openPolicyBook } from '../../src/flow/policy/policy-book.ts';
import { openDoor } from '../../src/flow/record/record-exchange.ts';
import { openPlaceBook } from '../../src/flow/session/place-book.ts';
import { openPathResolver } from '../../src/flow/record/resolve-path.ts';
import { openSessionBook } from '../../src/flow/session/session-book.ts';
import { openRuleBook } from '../../src/flow/judge/rule-book.ts';
import { openWorktreeWatch } from '../../src/flow/observe/worktree-watch.ts';
import { openVeilBook } from '../../src/flow/mask/veil-book.ts';
import { openWrittenBook } from '../../src/flow/mask/written-book.ts';
import { NO_HOPS } from '../../src/proxy/hops.ts';
import { openDenialBook } from '../../src/flow/record/denial-book.ts';
import { openTokenReader } from '../../src/identity/read-token.ts';
import { LOCAL_IDENTITY } from '../../src/model/context.ts';
import { openListener } from '../../src/proxy/listener.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { NO_METERS } from '../../src/telemetry/meters.ts';
import { connectionsTo, makeWorld, post, startModel } from './world.ts';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const full = (): Promise<never> =>
  Promise.reject(new Fault('STORE_FULL', 'no space is left on the device'));

/** The real store, of which some calls find the disk full. */
async function run(settings: string, broken: Partial<Store>) {
  const world = makeWorld();
  ends.push(world.remove);
  const model = await startModel((_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: ping\ndata: {"type":"ping"}\n\n');
    response.end('event: message_stop\ndata: {"type":"message_stop"}\n\n');
  });
  ends.push(() => model.close());
  world.configure(connectionsTo(model.url) + settings);
  const real = await openStore({ home: world.home, mode: 'write', inProcess: true });
  ends.push(() => real.close());
  const store: Store = { ...real, ...broken };
  const key = await store.readKey();
  const told: string[] = [];
  const warn = (line: string): void => void told.push(line);
  const { caller } = world;
  const grants = openGrantBook(store);
  const maskers = openMaskers({ key, env: {}, keep: () => undefined });
  const door = openDoor({
    store,
    key,
    roles: {},
    grants,
    gaps: openGapBook(store, 10),
    mirrors: openMirrorBook({ env: {}, home: world.home, log: () => undefined }),
    hops: openHopBook(NO_HOPS, grants),
    maskers,
    rules: openRuleBook(),
    approvals: openApprovalBook({}),
    warn,
    known: openKnownBook(),
    written: openWrittenBook(),
    veils: openVeilBook(maskers, key),
    explainer: openExplainer(),
    policies: openPolicyBook(caller, warn),
    paths: openPathResolver(caller),
    places: openPlaceBook(caller),
    sessions: openSessionBook(store),
    watch: openWorktreeWatch({ caller, store, key, warn }),
    authority: openAuthorityBook(world.home),
    notifier: { tell: () => undefined, close: () => Promise.resolve() },
    meters: NO_METERS,
    credentials: async () => Promise.resolve(null),
    identities: openTokenReader(),
    denials: openDenialBook(store, warn),
  });
  const listener = await openListener({ port: 0, trust: null }, door);
  ends.push(() => listener.close(100));
  const place = {
    repository: null,
    worktree: null,
    remote: null,
    branch: null,
    head: null,
    host: '',
  };
  const { token } = await grants.open({
    principal: { name: '', email: '' },
    identity: LOCAL_IDENTITY,
    place,
    agent: null,
    isUnattended: false,
    isStanding: false,
  });
  const url = `http://127.0.0.1:${String(listener.port)}/${token}/anthropic/v1/messages`;
  const reply = await post(url, { stream: true, messages: [] });
  return { reply, text: await reply.text(), model, told, real };
}

test.each([
  ['conversation', { joinSession: full }],
  ['request', { beginExchange: full }],
])(
  'the %s cannot be recorded: 503 in the shape of the provider, and the model is not asked',
  async (_, broken) => {
    const { reply, text, model } = await run('', broken);
    expect(reply.status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      type: 'error',
      error: { message: expect.stringMatching(/no space is left/) },
    });
    expect(model.asked).toEqual([]);
  },
);

test("the reply cannot be recorded: the provider's error event instead of its end", async () => {
  const { text } = await run('', { endExchange: full });
  expect(text).toMatch(/^event: ping\n/);
  expect(text).toMatch(/event: error\ndata: .*no space is left/);
  expect(text).not.toContain('message_stop');
});

test.each([
  ['conversation', { joinSession: full }],
  ['request', { beginExchange: full }],
  ['reply', { endExchange: full }],
])(
  'onStoreError: forward lets the %s pass, tells the gap and records it afterwards',
  async (_, broken) => {
    let left = 3; // times that the store cannot take the record of the gap either
    const later: Partial<Store> = {
      addEvent: async (event) => {
        left -= 1;
        return left >= 0 ? full() : real.addEvent(event);
      },
    };
    const { reply, text, told, real } = await run('onStoreError: forward\n', {
      ...broken,
      ...later,
    });
    expect(reply.status).toBe(200);
    expect(text).toContain('message_stop');
    expect(told.join('\n')).toMatch(/^gap: .*no space is left/);
    await expect
      .poll(async () => (await real.listEvents({ limit: 9 })).map(({ kind }) => kind))
      .toEqual(['gap']);
  },
);
