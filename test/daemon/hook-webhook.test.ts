// Receivers of webhooks hear of what a hook refuses, as of what is blocked in a stream: real hooks, real sockets.
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handleHook } from '../../src/cli/hook-handler.ts';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { parseJson } from '../../src/model/json.ts';
import {
  makeWorld,
  type Model,
  type Service,
  startModel,
  startService,
  type World,
} from './world.ts';

const TOKEN = ['ghp', 'R7tQ2mZx9LbK4vWc8NsY3hDf6JpA1gUe5iTo'].join('_');

let world: World;
let receiver: Model;
let service: Service;

beforeAll(async () => {
  world = makeWorld();
  receiver = await startModel((_, response) => response.end());
  world.put('hook-secret', 'canary');
  const target = `url: "${receiver.url}/in", secret: { file: "${world.dir}/hook-secret" }`;
  world.configure(`notify: [{ on: [block], ${target} }]\n`);
  await initRepository(world.caller, { askNotesPush: () => Promise.resolve(true) });
  service = await startService(world, handleHook);
});

afterAll(async () => {
  await service.stop();
  await receiver.close();
  world.remove();
});

const run = (command: string): Promise<unknown> =>
  promisify(execFile)('sh', ['-c', command], { cwd: world.repo, env: world.caller.env });

test('a refused commit is told, without its content; one that passes is not', async () => {
  world.put('repo/fine.txt', 'nothing to see\n');
  await run('git add -A && git commit -qm fine');
  world.put('repo/deploy.env', `GITHUB_TOKEN=${TOKEN}\n`);
  await expect(run('git add -A && git commit -qm leak')).rejects.toThrow('SECRET_FOUND');
  for (let i = 0; i < 500 && receiver.asked.length === 0; i += 1) await sleep(20);
  expect(receiver.asked.map(({ url, body }) => [url, parseJson(body)])).toEqual([
    [
      '/in',
      expect.objectContaining({
        type: 'block',
        subject: 'pre-commit',
        rule: 'github-pat',
        exchange: null,
        command: 'aitrail log events',
      }),
    ],
  ]);
  expect(receiver.asked[0]?.body).not.toContain(TOKEN.slice(4, 12));
});
