// Every client from npm, unmodified: what it wants is held while somebody else decides in another shell, with nothing but
// the provider's own signs of life, and goes on when it is approved; where nobody does in time it reads the id and ends well.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrayAt, objectAt, parseJson, stringAt } from '../../src/model/json.ts';
import { installClient } from './clients.ts';
import { type Launch, LAUNCHES } from './launches.ts';
import { promptOf, type Script } from './model/script.ts';
import { type ScriptedModel, startScriptedModel } from './model/server.ts';
import { openSandbox, type Ran, type Sandbox } from './sandbox.ts';

const FILE = 'deployed.txt';
const WORK: Script = [
  [{ text: 'I deploy.', op: { kind: 'shell', command: `echo deployed > ${FILE}` } }],
];
const PROMPT = promptOf(1, 'Deploy to production.');
const RULES = `rules:
  - { name: no-production, on: prompt, match: 'Deploy to production', action: approve }
  - { name: deploys, on: tool-call, match: 'echo deployed', action: approve }
`;
/** Past two signs of life: after one second, and ten later. */
const THINKING_MS = 13_000;

let model: ScriptedModel;
beforeAll(async () => {
  model = await startScriptedModel();
});
afterAll(() => model.close());

interface Team {
  readonly box: Sandbox;
  /** The other person, in another home. */
  readonly bob: (...args: readonly string[]) => Promise<Ran>;
}

async function openTeam(settings: string): Promise<Team> {
  const box = await openSandbox(model.url);
  const home = join(box.home, 'bob');
  mkdirSync(home);
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    AITRAIL_HOME: join(home, 'state'),
    GIT_AUTHOR_EMAIL: 'bob@example.com',
    GIT_COMMITTER_EMAIL: 'bob@example.com',
    GIT_AUTHOR_NAME: 'Bob',
    GIT_COMMITTER_NAME: 'Bob',
  };
  const bob: Team['bob'] = (...args) => box.run('aitrail', args, env);
  for (const ran of [
    await box.run('aitrail', ['init']),
    await box.run('aitrail', ['identity', 'trust']),
    await bob('init'),
    await bob('identity', 'trust'),
  ])
    expect(ran.exit, ran.stderr).toBe(0);
  box.write('.aitrailrc.yaml', settings + RULES);
  await box.run('git', ['add', '-A']);
  const committed = await box.run('git', ['commit', '-q', '-m', 'Set up']);
  expect(committed.exit, committed.stderr).toBe(0);
  model.play(WORK, box.repo);
  return { box, bob };
}

/** The one of this kind that waits. */
async function waitingId({ bob }: Team, kind: string): Promise<string> {
  for (let i = 0; i < 100; i += 1) {
    const listed = await bob('approvals', 'list', '--json');
    expect(listed.exit, listed.stderr).toBe(0);
    for (const one of arrayAt(parseJson(listed.stdout), 'approvals')) {
      const request = { ...objectAt({ one }, 'one'), ...objectAt(one, 'request') };
      if (stringAt(request, 'kind') === kind && /"pending"/.test(JSON.stringify(one)))
        return stringAt(request, 'id') ?? '';
    }
    await sleep(200);
  }
  throw new Error(`no ${kind} waits`);
}

async function approve(team: Team, kind: string): Promise<void> {
  const ran = await team.bob('approvals', 'approve', await waitingId(team, kind));
  expect(ran.exit, ran.stderr).toBe(0);
}

const start = ({ box }: Team, launch: Launch, program: string): Promise<Ran> =>
  box.run('aitrail', ['run', '--', program, ...launch.first(PROMPT)], launch.env);

/** One launch of each client. */
const CLIENTS = LAUNCHES.filter(
  (launch, index) => LAUNCHES.findIndex(({ client }) => client === launch.client) === index,
);

describe.each(CLIENTS.map((launch) => [launch.title, launch] as const))('%s', (_title, launch) => {
  test('prompt and call are held and released', async () => {
    const program = installClient(launch.client);
    const team = await openTeam('');
    try {
      const ended = start(team, launch, program);
      await approve(team, 'prompt');
      await waitingId(team, 'tool-call');
      await sleep(THINKING_MS);
      expect(existsSync(join(team.box.repo, FILE))).toBe(false);
      await approve(team, 'tool-call');
      const ran = await ended;
      expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
      expect(existsSync(join(team.box.repo, FILE))).toBe(true);
    } finally {
      await team.box.close();
    }
  });

  test(
    'nobody approves in time: words with the id; the same again passes',
    { timeout: 400_000 },
    async () => {
      const program = installClient(launch.client);
      const team = await openTeam('approvals: { hold: 2s }\n');
      try {
        for (const kind of ['prompt', 'tool-call']) {
          const ran = await start(team, launch, program);
          expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
          const id = await waitingId(team, kind);
          expect(ran.stdout).toContain(`Request ${id} is open`);
          expect(existsSync(join(team.box.repo, FILE))).toBe(false);
          await approve(team, kind);
          // a prompt's approval is used up by the run that comes to the call
          if (kind === 'tool-call') await approveWhileRunning(team, launch, program);
        }
      } finally {
        await team.box.close();
      }
    },
  );
});

async function approveWhileRunning(team: Team, launch: Launch, program: string): Promise<void> {
  const asked = await start(team, launch, program);
  expect(asked.exit, asked.stderr).toBe(0);
  await approve(team, 'prompt');
  const ran = await start(team, launch, program);
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
  expect(existsSync(join(team.box.repo, FILE))).toBe(true);
}
