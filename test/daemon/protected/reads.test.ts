// Row P1, the other half: reading and mentioning a protected file is never stopped.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openReplyGate } from '../../../src/flow/judge/judge-reply.ts';
import { openPathResolver } from '../../../src/flow/record/resolve-path.ts';
import { openStreamRules } from '../../../src/guard/stream-rules.ts';
import type { ProtectRule } from '../../../src/model/policy.ts';
import { policyWith } from '../../flow/policy-with.ts';
import { makeWorld, type World } from '../world.ts';
import { makeTemplate } from './lab.ts';
import { READS } from './reads.ts';
import { F } from './ways.ts';

const RULE: ProtectRule = {
  paths: ['.github/workflows/**'],
  from: 'ai',
  action: 'block',
  approvers: [],
  place: null,
};

let world: World;

beforeAll(async () => {
  world = makeWorld();
  await makeTemplate(world);
});
afterAll(() => world.remove());

/** @returns the words in place of the call; null where it passes. */
async function stop(name: string, input: unknown): Promise<string | null> {
  const policy = { ...policyWith({}), protect: [RULE] };
  const { caller, repo } = world;
  const context = {
    policy,
    rules: openStreamRules(policy),
    agent: null,
    standing: { directory: repo, worktree: repo },
    repository: `${repo}/.git`,
    paths: openPathResolver(caller),
  };
  const gate = openReplyGate(context, {
    tell: () => undefined,
    hold: () => Promise.resolve(null),
  });
  return (await gate?.judge({ kind: 'call', key: '', call: { id: 't', name, input } })) ?? null;
}

test(`${String(READS.length)} reads and mentions: none is stopped`, async () => {
  expect(READS.length).toBeGreaterThanOrEqual(200);
  const stopped: string[] = [];
  for (const [name, input] of READS)
    if ((await stop(name, input)) !== null) stopped.push(`${name} ${JSON.stringify(input)}`);
  expect(stopped).toEqual([]);
  expect(await stop('Bash', { command: `echo x > ${F}` })).toContain('is protected');
});
