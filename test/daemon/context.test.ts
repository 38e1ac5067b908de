// Row R10: the context of each exchange, and that looking at records does not change them.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import type { CommandSpec, Terminal } from '../../src/cli/command.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import type { ExchangeContext } from '../../src/model/session.ts';
import { connectionsTo, listAll, makeWorld, type Model, open, post } from './world.ts';
import { type Service, startModel, startService, withStore, type World } from './world.ts';

const CANARY = ['gh', 'p_', 'R8s2LqX0vBn4TzKd7W', 'mY1cJ6hPf3GaUe9NiQ'].join('');

let world: World;
let model: Model;
let service: Service;
let session: OpenedSession;

beforeAll(async () => {
  world = makeWorld();
  // as long as a model thinks at least: the worktree is looked at meanwhile
  model = await startModel((_asked, response) => void setTimeout(() => response.end('{}'), 150));
  world.configure(
    `${connectionsTo(model.url)}  quiet: { protocol: anthropic-messages, upstream: "${model.url}", record: false }\n`,
  );
  world.put('repo/a.txt', 'a\n');
  world.git('add', '.');
  world.git('commit', '-q', '-m', 'first');
  service = await startService(world);
  session = await open(world);
});
afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const say = (...words: readonly string[]) => ({
  model: 'm',
  messages: words.map((content, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content,
  })),
});

async function ask(body: unknown, connection = 'anthropic'): Promise<ExchangeContext | null> {
  const headers = { 'user-agent': 'claude-cli/2.1.0 (external, cli)' };
  await (await post(`${session.baseUrl(connection)}/v1/messages`, body, headers)).text();
  const last = (await listAll(world)).at(-1);
  return withStore(world, (store) => store.readContext(last?.id ?? ''));
}

/** Asked until the worktree was looked at in time: a look that is slower than the reply says nothing. */
async function askKnown(body: unknown): Promise<ExchangeContext | null> {
  let context = await ask(body);
  for (let i = 0; i < 20 && context?.isDirty === null; i += 1) context = await ask(body);
  return context;
}

const head = () => world.git('rev-parse', 'HEAD').trim();

test('who, where, at which commit, with what uncommitted, and what a person had said', async () => {
  const context = await askKnown(say('first task', 'done', `second task with ${CANARY}`));
  expect(context).toMatchObject({
    principal: { name: 'Ada', email: 'ada@example.com' },
    identity: { source: 'git', ci: null, mismatches: [] },
    agent: 'claude-code',
    agentVersion: '2.1.0',
    place: { worktree: world.repo, branch: 'main', head: head() },
    isDirty: false,
  });
  expect(context?.place.host).not.toBe('');
  expect(context?.trigger?.text).toMatch(/^second task with AITRAIL_/);
  expect(context?.trigger?.digest).toMatch(/^[0-9a-f]{64}$/);
});

test('it follows what happens between two requests', async () => {
  world.put('repo/b.txt', 'b\n');
  expect(await askKnown(say('more'))).toMatchObject({ isDirty: true, place: { branch: 'main' } });
  world.git('add', '.');
  world.git('commit', '-q', '-m', 'second');
  world.git('switch', '-q', '-c', 'topic');
  expect(await askKnown(say('more'))).toMatchObject({
    isDirty: false,
    place: { branch: 'topic', head: head() },
  });
  world.git('pack-refs', '--all');
  world.git('switch', '-q', '--detach');
  expect(await askKnown(say('more'))).toMatchObject({ place: { branch: null, head: head() } });
});

test('the same words have the same digest; where content is off it is all there is', async () => {
  const [first, second] = [await ask(say('same words')), await ask(say('same words'), 'quiet')];
  expect(second?.trigger).toEqual({ text: null, digest: first?.trigger?.digest });
  expect(second?.principal.name).toBe('Ada');
});

test(
  'no command changes a record: the digests before and after are the same',
  { timeout: 60_000 },
  async () => {
    const leaves = () =>
      withStore(world, async (store) => {
        const exchanges = await listAll(world);
        const indexes = exchanges.map(({ logIndex }) => logIndex ?? -1);
        const read = indexes.map((index) => store.readLog(index, 1));
        const checks = indexes.map((index) => store.checkRecords(index, 1));
        const found = (await Promise.all(read)).flat();
        return [
          found.map(({ data }) => Buffer.from(data).toString()),
          (await Promise.all(checks))
            .flat()
            .map(({ expected, damage }) => [
              expected === null ? null : Buffer.from(expected).toString(),
              damage,
            ]),
        ] as const;
      });
    const before = await leaves();
    expect(before[1]).toEqual(before[0].map((text) => [text, null]));
    const silent: Terminal = {
      write: () => undefined,
      writeBytes: () => undefined,
      note: () => undefined,
      progress: () => undefined,
      isColour: false,
      isTty: false,
      isInteractive: false,
    };
    const [one] = await listAll(world);
    const specs = (await Promise.all(COMMANDS.map(({ load }) => load()))).flat();
    // those that wait for somebody, or end the daemon that is asked
    const others = new Set([
      'proxy start',
      'proxy stop',
      'demo',
      'hook',
      'credentials set',
      'replay',
      'sessions stop',
      'login',
      'witness serve',
      'ui',
    ]);
    const run = async (spec: CommandSpec): Promise<void> => {
      const words = /show|replay|prove/.test(spec.name) ? [one?.id ?? ''] : [];
      const call = { caller: world.caller, words, options: { json: true }, out: silent };
      await spec.run(call).catch(() => undefined); // what it says is other tests' business
    };
    await Promise.all(specs.filter(({ name }) => !others.has(name)).map(run));
    expect(await leaves()).toEqual(before);
  },
);
