// Row R17: with `content: metadata` no word that was said is in the store, and lines are attributed all the same. Outside
// of `scope` nothing is recorded.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attributeCommit } from '../../src/flow/attribute/attribute-commit.ts';
import { openSession, type OpenedSession } from '../../src/flow/session/open-session.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { openForReading } from '../../src/store/database.ts';
import { unpack } from '../../src/store/packing.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  post,
  type Service,
  startModel,
  startService,
  withStore,
  type World,
} from './world.ts';

const CODE = `export function zebraStripes(count) {
  return quaggaPaint(count).map((stripe) => stripe.width * giraffeScale);
}
`;

let world: World;
let model: Model;
let service: Service;

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((_asked, response) => {
    const input = { file_path: join(world.repo, 'stripes.js'), content: CODE };
    response.writeHead(200, { 'content-type': 'application/json', 'x-okapi': 'okapi' });
    response.end(
      JSON.stringify({
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [
          { type: 'text', text: 'elephants never forget' },
          { type: 'tool_use', id: 'c1', name: 'Write', input },
        ],
      }),
    );
  });
  world.configure(
    `${connectionsTo(model.url)}\ncontent: metadata\nscope: { remotes: ["example.com/team/*"] }\n`,
  );
  service = await startService(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const say = async (session: OpenedSession, content: string): Promise<string> => {
  const url = `${session.baseUrl('anthropic')}/v1/messages?tapir=1`;
  const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] };
  return (await post(url, body)).text();
};

const open = () => openSession(world.caller, { agent: 'claude-code', script: 'not needed' });

test('a worktree without such a remote leaves nothing', async () => {
  const session = await open();
  expect(await say(session, 'armadillo')).toContain('elephants');
  expect(await listAll(world)).toEqual([]);
  expect(await withStore(world, (store) => store.listSessions({}))).toEqual([]);
});

test('no word is kept, and what the model wrote is known again', async () => {
  world.git('remote', 'add', 'origin', 'git@example.com:team/app.git');
  const session = await open();
  expect(await say(session, 'paint the armadillo')).toContain('zebraStripes');
  const [exchange] = await listAll(world);
  expect(exchange).toMatchObject({ outcome: 'ok', model: 'm', url: '/v1/messages' });
  world.put('repo/stripes.js', CODE);
  world.git('add', '-A');
  world.git('commit', '-qm', 'stripes');
  const commit = world.git('rev-parse', 'HEAD').trim();
  const repository = await openRepository(world.caller);
  const objects = openObjects(world.caller);
  const files = await withStore(world, async (store) =>
    attributeCommit({ repository, objects, store, key: await store.readKey() }, commit),
  );
  objects.close();
  expect(files.flatMap(({ added }) => added.map(({ origin }) => origin.kind))).toEqual([
    'ai',
    'ai',
    'ai',
  ]);
  const held = holdings();
  expect(held).toContain('stripes.js'); // paths are facts
  for (const word of ['zebra', 'quagga', 'giraffe', 'elephant', 'armadillo', 'okapi', 'tapir'])
    expect(held.toLowerCase().includes(word), word).toBe(false);
});

/** Every stored content, unpacked, and every byte of every file. */
function holdings(): string {
  const database = openForReading(world.home);
  const parts = database
    .all<{ codec: number; data: Uint8Array }>('SELECT codec, data FROM parts')
    .map(({ codec, data }) => Buffer.from(unpack({ codec, data })).toString());
  const edits = database
    .all<{ edit: Uint8Array }>('SELECT edit FROM emissions')
    .map(({ edit }) => inflateRawSync(edit).toString());
  database.close();
  const files = readdirSync(world.home, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.startsWith('store.db'))
    .map((name) => readFileSync(join(world.home, name), 'latin1'));
  return [...parts, ...edits, ...files].join('\n');
}
