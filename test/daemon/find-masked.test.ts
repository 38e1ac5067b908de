// aitrail search --masked: secrets of a kind in recordings, by their keyed fingerprints.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findMasked } from '../../src/flow/mask/find-masked.ts';
import { openSession } from '../../src/flow/session/open-session.ts';
import { PROVIDERS, sseText } from '../wire/streams.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  post,
  type Service,
  startModel,
  startService,
  type World,
} from './world.ts';

const pat = (seed: string): string =>
  ['gh', 'p_', createHash('sha256').update(seed).digest('hex').slice(0, 36)].join('');

const EVERYTHING = { terms: [], filters: [], sinceMs: null, untilMs: null };

let world: World;
let model: Model;
let service: Service;

beforeAll(async () => {
  world = makeWorld();
  const [provider] = PROVIDERS;
  model = await startModel((_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (provider === undefined) throw new Error('no providers');
    const parts = [{ kind: 'text' as const, text: 'fine' }];
    response.end(
      sseText(
        provider,
        provider.events(parts, (text) => [text]),
      ),
    );
  });
  world.configure(connectionsTo(model.url));
  service = await startService(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

test('each secret once, with where it was first seen and how often', async () => {
  const session = await openSession(world.caller, { agent: null, script: 'not needed' });
  const say = async (content: string): Promise<void> => {
    const body = { model: 'x', stream: true, messages: [{ role: 'user', content }] };
    await (await post(`${session.baseUrl('anthropic')}/v1/messages`, body)).text();
  };
  await say('nothing here');
  await say(`first ${pat('one')}`);
  await say(`again ${pat('one')}, and ${pat('two')}`);
  const [, first, second] = await listAll(world);
  const found = await findMasked(world.caller, 'github-pat', EVERYTHING);
  expect(found).toMatchObject([
    {
      exchange: first?.id,
      session: first?.session,
      exchanges: 2,
      firstSeenAtMs: first?.startedAtMs,
    },
    { exchange: second?.id, exchanges: 1, lastSeenAtMs: second?.startedAtMs },
  ]);
  expect(JSON.stringify(found)).not.toContain(pat('one').slice(4));
  const [one] = found;
  expect(await findMasked(world.caller, one?.placeholder ?? '', EVERYTHING)).toEqual([one]);
  const byOthers = { key: 'user', value: 'bob@example.com', isNot: false } as const;
  const theirs = { ...EVERYTHING, filters: [byOthers] };
  expect(await findMasked(world.caller, 'github-pat', theirs)).toEqual([]);
  expect(await findMasked(world.caller, 'github_pat', EVERYTHING)).toEqual(found);
  expect(await findMasked(world.caller, 'npm-token', EVERYTHING)).toEqual([]);
});
