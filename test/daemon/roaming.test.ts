// One setting that leads a client here from every repository: each request says where it comes from, and the policy of
// that place is in force.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  endSession,
  openSession,
  type OpenedSession,
} from '../../src/flow/session/open-session.ts';
import { connectionsTo, listAll, makeWorld, type Model, post, type Service } from './world.ts';
import { startModel, startService, withStore, type World } from './world.ts';

let world: World;
let model: Model;
let service: Service;
let session: OpenedSession;

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((_asked, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"id":"r","object":"response","status":"completed","model":"gpt-x","output":[]}'),
  );
  world.configure(connectionsTo(model.url));
  world.put(
    'repo/.aitrailrc.yaml',
    "rules:\n  - { name: no-exports, on: prompt, match: 'customer export', action: block }\n",
  );
  world.git('add', '.');
  world.git('commit', '-q', '-m', 'first');
  service = await startService(world);
  const elsewhere = { ...world.caller, cwd: world.dir };
  const request = {
    agent: 'codex',
    script: 'not needed: the service runs',
    lasts: 'user',
  } as const;
  session = await openSession(elsewhere, request);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const ask = (words: string, workspace: string | null, thread: string): Promise<Response> => {
  const turn = {
    request_kind: 'turn',
    ...(workspace === null ? {} : { workspaces: { [workspace]: {} } }),
  };
  return post(
    `${session.baseUrl('openai')}/v1/responses`,
    { model: 'gpt-x', input: words },
    {
      'user-agent': 'codex_exec/0.169.0',
      'thread-id': thread,
      'x-codex-turn-metadata': JSON.stringify(turn),
    },
  );
};

const sessionOfLast = async () => {
  const id = (await listAll(world)).at(-1)?.session ?? '';
  return withStore(world, (store) => store.findSession(id));
};

test('a request belongs to the repository that it names', async () => {
  expect((await ask('hello', world.repo, 't1')).status).toBe(200);
  expect((await sessionOfLast())?.place).toMatchObject({
    repository: join(world.repo, '.git'),
    worktree: world.repo,
    branch: 'main',
  });
});

test('a conversation that first says nothing of its place gets it later', async () => {
  await ask('hello', null, 't2');
  expect((await sessionOfLast())?.place.repository).toBeNull();
  await ask('hello again', world.repo, 't2');
  expect((await sessionOfLast())?.place.repository).toBe(join(world.repo, '.git'));
});

test('the rules of that repository hold', async () => {
  const before = model.asked.length;
  const refused = await (await ask('the customer export', world.repo, 't3')).text();
  expect(refused).toContain('no-exports');
  expect(model.asked).toHaveLength(before);
  await ask('the customer export', world.dir, 't4');
  expect(model.asked).toHaveLength(before + 1);
});

test('the session outlives everything but its end', async () => {
  const grants = await withStore(world, async (store) => {
    const sessions = await store.listSessions({});
    return new Set(sessions.map(({ grant }) => grant));
  });
  expect(grants).toEqual(new Set([session.grant]));
  await endSession(session);
  expect((await ask('hello', world.repo, 't5')).status).toBe(401);
});
