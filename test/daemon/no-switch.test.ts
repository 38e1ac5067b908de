// Row R12: no variable turns recording off, and no file of a clone does.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession } from '../../src/flow/session/open-session.ts';
import { connectionsTo, listAll, makeWorld, type Model, open, post } from './world.ts';
import { type Service, startModel, startService, withStore, type World } from './world.ts';

let world: World;
let model: Model;
let service: Service;

/** Every variable that the source reads by name, or keeps in a table of names. */
const VARIABLES = [
  ...new Set(
    readdirSync(resolve('src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => readFileSync(join(resolve('src'), path), 'utf8'))
      .flatMap((text) => [
        ...[...text.matchAll(/env\[\s*'([A-Z][A-Z0-9_]*)'\s*\]/g)].map((found) => found[1] ?? ''),
        ...[...text.matchAll(/'((?:AITRAIL|GITHUB|CI|CLAUDE|CODEX)_?[A-Z0-9_]*)'/g)].map(
          (found) => found[1] ?? '',
        ),
      ]),
  ),
].toSorted();

/** Names of places: with another value they mean another store, another policy, or no program at all. */
const PLACES = new Set([
  'HOME',
  'USERPROFILE',
  'PATH',
  'AITRAIL_HOME',
  'AITRAIL_POLICY',
  'XDG_CONFIG_HOME',
]);

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((_asked, response) => response.end('{}'));
  world.configure(connectionsTo(model.url));
});
afterAll(async () => {
  await model.close();
  world.remove();
});

/** What is recorded of one request through the session. */
async function recorded(url: string): Promise<string> {
  const before = (await listAll(world)).length;
  const reply = await post(`${url}/v1/messages`, {
    messages: [{ role: 'user', content: 'hello' }],
  });
  await reply.text();
  const all = await listAll(world);
  expect(all.length).toBe(before + 1);
  const bytes = await withStore(world, (store) => store.readRequest(all.at(-1)?.id ?? ''));
  return Buffer.from(bytes).toString();
}

test.each(['off', '0', 'junk', 'false'])(
  'every variable that the program reads set to %s, for the daemon and for the caller: still recorded',
  async (value) => {
    expect(VARIABLES.length).toBeGreaterThan(40);
    expect(VARIABLES).toContain('AITRAIL_SESSION');
    const set = VARIABLES.filter((name) => !PLACES.has(name)).map((name) => [name, value]);
    const env = { ...world.caller.env, ...Object.fromEntries(set) };
    service = await startService({ ...world, caller: { ...world.caller, env } });
    const session = await openSession(
      { cwd: world.repo, env },
      { agent: null, script: 'not needed: the service runs' },
    );
    expect(await recorded(session.baseUrl('anthropic'))).toContain('hello');
    await service.stop();
  },
);

test('a clone that says record: false opens no session, and changes nothing of one that is open', async () => {
  service = await startService(world);
  const session = await open(world);
  world.put(
    'repo/.aitrailrc.yaml',
    `connections:\n  anthropic: { protocol: anthropic-messages, upstream: "${model.url}", record: false }\n`,
  );
  await expect(open(world)).rejects.toMatchObject({ code: 'CONFIG_NOT_YOURS' });
  expect(await recorded(session.baseUrl('anthropic'))).toContain('hello');
  await service.stop();
});

test('a user who says record: false where the organisation says true: refused, word by word', async () => {
  const at = world.caller.env['XDG_CONFIG_HOME'] ?? '';
  world.put('organisation.yaml', connectionsTo(model.url).replace(' }\n', ', record: true }\n'));
  world.configure(connectionsTo(model.url).replace(' }\n', ', record: false }\n'));
  const env = { ...world.caller.env, AITRAIL_POLICY: join(at, '..', 'organisation.yaml') };
  service = await startService({ ...world, caller: { ...world.caller, env } });
  await expect(
    openSession({ cwd: world.dir, env }, { agent: null, script: 'not needed' }),
  ).rejects.toMatchObject({ code: 'CONFIG_NOT_YOURS' });
  await service.stop();
});
