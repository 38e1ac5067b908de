// Every client from npm, unmodified and headless: the same work once directly and once through aitrail. The files are the
// same, every request that the model got is a record and no record is anything else, and blame names who wrote what.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrayAt, objectAt, parseJson, stringAt } from '../../src/model/json.ts';
import { installClient } from './clients.ts';
import { type Launch, LAUNCHES } from './launches.ts';
import { LOGINS } from './logins.ts';
import { type Internet, startInternet } from './model/internet.ts';
import { promptOf } from './model/script.ts';
import { type ScriptedModel, startScriptedModel } from './model/server.ts';
import { openSandbox, type Ran, type Sandbox } from './sandbox.ts';
import { resultFor, workFor } from './work.ts';

const FIRST = promptOf(1, 'Write the greeting, the seed and the rest.');
const AGAIN = promptOf(2, 'And the initials.');
const TYPED = "export const farewell = (name: string): string => 'Goodbye, ' + name;\n";

let model: ScriptedModel;
let internet: Internet;
beforeAll(async () => {
  model = await startScriptedModel();
  internet = await startInternet(model);
});
afterAll(async () => {
  await internet.close();
  await model.close();
});

/** Name → text of the files that are no set-up of ours. */
const filesIn = (repo: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(repo)
      .filter((name) => !name.startsWith('.'))
      .map((name) => [name, readFileSync(join(repo, name), 'utf8')]),
  );

function putSettings(box: Sandbox, settings: Readonly<Record<string, string>> = {}): void {
  for (const [path, text] of Object.entries(settings)) {
    mkdirSync(dirname(join(box.home, path)), { recursive: true });
    writeFileSync(join(box.home, path), text);
  }
}

const openFor = ({ login }: Launch): Promise<Sandbox> =>
  openSandbox(login === undefined ? model.url : internet);

async function setUp(box: Sandbox, launch: Launch): Promise<void> {
  putSettings(box, launch.login?.settings);
  expect((await box.run('aitrail', ['init'])).exit).toBe(0);
  await box.run('git', ['add', '-A']);
  expect((await box.run('git', ['commit', '-q', '-m', 'Set up'])).exit).toBe(0);
  model.play(workFor(launch), box.repo, { takesSockets: launch.login?.takesSockets === true });
}

async function workDirectly(launch: Launch, program: string): Promise<Record<string, string>> {
  const box = await openFor(launch);
  try {
    await setUp(box, launch);
    const { env, args, settings } = launch.direct(model.url);
    putSettings(box, settings);
    for (const words of [launch.first(FIRST), launch.again(AGAIN)]) {
      const ran = await box.run(program, [...args, ...words], { ...launch.env, ...env });
      expect(ran.exit, ran.stderr).toBe(0);
    }
    return filesIn(box.repo);
  } finally {
    await box.close();
  }
}

async function documentOf(box: Sandbox, ...args: readonly string[]): Promise<unknown> {
  const ran: Ran = await box.run('aitrail', [...args, '--json']);
  expect(ran.exit, ran.stderr).toBe(0);
  return parseJson(ran.stdout);
}

interface Recorded {
  /** In order of time. */
  readonly sessions: readonly {
    readonly id: string;
    readonly conversation: string | null;
    readonly parent: string | null;
  }[];
  readonly exchanges: readonly unknown[];
}

async function readRecords(box: Sandbox, agent: string): Promise<Recorded> {
  const listed = arrayAt(await documentOf(box, 'sessions'), 'sessions').toReversed();
  expect(new Set(listed.map((session) => stringAt(session, 'agent')))).toEqual(new Set([agent]));
  const sessions = listed.map((session) => ({
    id: stringAt(session, 'id') ?? '',
    conversation: stringAt(session, 'conversation'),
    parent: stringAt(session, 'parent'),
  }));
  const shown = await Promise.all(sessions.map(({ id }) => documentOf(box, 'show', id)));
  return { sessions, exchanges: shown.flatMap((one) => arrayAt(one, 'exchanges')) };
}

/** With a login a client asks its vendor about more than the model. */
const MODEL_PATH = /\/(?:responses|messages|completions|v1internal:\w*enerateContent)$/;

const asksModel = (launch: Launch, url: string): boolean =>
  launch.login === undefined || MODEL_PATH.test(url.replace(/\?.*/, ''));

function checkRecords({ sessions, exchanges: all }: Recorded, launch: Launch): void {
  const exchanges = all.filter((one) => asksModel(launch, stringAt(one, 'url') ?? ''));
  const recorded = exchanges.map((exchange) => stringAt(exchange, 'requestSha256'));
  const asked = model.log.filter(({ path }) => asksModel(launch, path));
  expect(new Set(recorded)).toEqual(new Set(asked.map(({ sha256 }) => sha256)));
  expect(recorded).toHaveLength(asked.length); // retries send the same body again
  const troubles = (outcome: string): number =>
    exchanges.filter((exchange) => stringAt(exchange, 'outcome') === outcome).length;
  const cuts = launch.survivesCut ? 1 : 0;
  expect(model.log.filter(({ trouble }) => trouble === 'cut')).toHaveLength(cuts);
  expect(model.log.filter(({ trouble }) => trouble === 'overloaded')).toHaveLength(1);
  expect(troubles('upstream-error')).toBe(cuts);
  expect(troubles('ok')).toBe(exchanges.length - cuts);
  // one per run, and the client's own id says that they are one conversation
  const { runs, subAgents } = partsOf(sessions, launch);
  expect(runs).toHaveLength(2);
  expect(runs[0]?.conversation !== null).toBe(launch.saysConversation);
  expect(subAgents).toHaveLength(launch.subAgents === 'own' ? 1 : 0);
  for (const { parent } of subAgents) expect(parent).toBe(runs[1]?.id);
}

/** The login opens the model's door and stands in no file of ours. */
function checkLogin(box: Sandbox, { login }: Launch): void {
  if (login === undefined) return;
  const bearers = model.log.filter(({ headers }) =>
    String(headers['authorization']).endsWith(login.secret),
  );
  expect(bearers.length).toBeGreaterThan(0);
  const shown = bearers.filter(({ headers }) => login.proof.every((name) => name in headers));
  expect(shown.length, login.proof.join()).toBeGreaterThan(0);
  const state = readdirSync(join(box.home, 'state'), { recursive: true, withFileTypes: true });
  const files = state.filter((one) => one.isFile());
  expect(files.map(({ name }) => name)).toContain('store.db');
  const holding = files.filter((one) =>
    readFileSync(join(one.parentPath, one.name)).includes(login.secret),
  );
  expect(holding).toEqual([]);
}

interface Parts {
  readonly runs: Recorded['sessions'];
  readonly subAgents: Recorded['sessions'];
}

/**
 * The first request of all is in the person's own conversation. What is asked of the vendor's other services, where a client
 * asks them, is in none.
 */
function partsOf(sessions: Recorded['sessions'], { login }: Launch): Parts {
  const talks = sessions.filter(({ conversation }) => login === undefined || conversation !== null);
  const isRun = (one: Recorded['sessions'][number]): boolean =>
    one.conversation === talks[0]?.conversation;
  return { runs: talks.filter(isRun), subAgents: talks.filter((one) => !isRun(one)) };
}

function sessionOf(
  path: string,
  launch: Launch,
  sessions: Recorded['sessions'],
): string | undefined {
  const { runs, subAgents } = partsOf(sessions, launch);
  if (path === 'shout.ts' && launch.subAgents === 'own') return subAgents[0]?.id;
  return runs[path === 'initials.ts' || path === 'shout.ts' ? 1 : 0]?.id;
}

async function checkBlame(box: Sandbox, launch: Launch, { sessions }: Recorded): Promise<void> {
  for (const path of Object.keys(resultFor(launch))) {
    const lines = arrayAt(await documentOf(box, 'blame', path), 'lines');
    const told = lines.map((line) => {
      const isTyped = (stringAt(line, 'text') ?? '') === TYPED.trimEnd();
      const { origin, agent, session } = objectAt({ line }, 'line');
      return [isTyped, origin, agent, session];
    });
    const session = sessionOf(path, launch, sessions);
    const kinds = new Set(told.map((line) => JSON.stringify(line)));
    const wanted = [[false, 'ai', launch.agent, session]];
    if (path === 'clock.ts') wanted.push([true, 'unrecorded', undefined, undefined]);
    expect(kinds, path).toEqual(
      new Set(wanted.map((line) => JSON.stringify(line.map((one) => one ?? null)))),
    );
    expect(
      lines.every((line) => stringAt(line, 'origin') !== 'ai' || stringAt(line, 'model') !== null),
    ).toBe(true);
  }
}

const without = ({ login }: Launch): readonly string[] =>
  login === undefined ? [] : ['env', ...login.without.flatMap((name) => ['-u', name])];

describe.each([...LAUNCHES, ...LOGINS].map((launch) => [launch.title, launch] as const))(
  '%s',
  (_title, launch) => {
    test('does through aitrail what it does directly, and all of it is recorded', async () => {
      const program = installClient(launch.client);
      expect(await workDirectly(launch, program)).toEqual(resultFor(launch));

      const box = await openFor(launch);
      try {
        await setUp(box, launch);
        for (const words of [launch.first(FIRST), launch.again(AGAIN)]) {
          const command = [...without(launch), program, ...words];
          const ran = await box.run('aitrail', ['run', '--', ...command], launch.env);
          expect(ran.exit, ran.stderr).toBe(0);
        }
        expect(filesIn(box.repo)).toEqual(resultFor(launch));
        const recorded = await readRecords(box, launch.agent);
        checkRecords(recorded, launch);
        checkLogin(box, launch);

        box.write('clock.ts', `${resultFor(launch)['clock.ts'] ?? ''}${TYPED}`);
        await box.run('git', ['add', '-A']);
        const committed = await box.run('git', ['commit', '-q', '-m', 'Work']);
        expect(committed.exit, committed.stderr).toBe(0);
        await checkBlame(box, launch, recorded);
        const verified = await box.run('aitrail', ['verify', 'HEAD']);
        expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
      } finally {
        await box.close();
      }
    });
  },
);
