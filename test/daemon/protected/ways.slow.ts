// Row P1: each way of writing a protected file is stopped in the stream or at the commit, none passes both.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handleHook } from '../../../src/cli/hook-handler.ts';
import { openSession } from '../../../src/flow/session/open-session.ts';
import { type Part, PROVIDERS, sseText } from '../../wire/streams.ts';
import {
  connectionsTo,
  makeWorld,
  type Model,
  post,
  type Service,
  startModel,
  startService,
  type World,
} from '../world.ts';
import { type Copy, copyTemplate, makeTemplate } from './lab.ts';
import { WAYS, type Way } from './ways.ts';

let world: World;
let model: Model;
let service: Service;
let reply: readonly Part[] = [];

const [PROVIDER] = PROVIDERS;
if (PROVIDER === undefined) throw new Error('no providers');

beforeAll(async () => {
  world = makeWorld();
  model = await startModel(({ method }, response) => {
    if (method === 'GET') return void response.end('on: evil\n');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      sseText(
        PROVIDER,
        PROVIDER.events(reply, (text) => [text]),
      ),
    );
  });
  world.configure(connectionsTo(model.url));
  service = await startService(world, handleHook);
  await makeTemplate(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

interface Ask {
  (parts: readonly Part[], messages?: readonly object[]): Promise<string>;
}

async function openAsk(copy: Copy): Promise<Ask> {
  const session = await openSession(copy.caller, { agent: null, script: 'runs' });
  const conversation = { 'x-claude-code-session-id': copy.dir };
  return async (parts, messages = [{ role: 'user', content: 'go' }]) => {
    reply = parts;
    const body = { model: 'claude-x', stream: true, messages };
    const url = `${session.baseUrl('anthropic')}/v1/messages`;
    return (await post(url, body, conversation)).text();
  };
}

const isThere = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

const said = (parts: readonly Part[]): readonly object[] => [
  { role: 'user', content: 'go' },
  {
    role: 'assistant',
    content: parts.flatMap((part, at) =>
      part.kind === 'call'
        ? [{ type: 'tool_use', id: `toolu_${String(at)}`, name: part.name, input: part.input }]
        : [],
    ),
  },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_0', content: 'done' }] },
];

/** Stages everything, unless the index is what was changed, and commits with the hooks in place. */
const COMMIT = 'git diff --cached --quiet && git add -A .; git commit -qm change';

/** Runs what the agent was given, and commits. @returns `commit` where a hook refused, else what was said. */
async function commitAfter(copy: Copy, ask: Ask, way: Way): Promise<string> {
  const before = await copy.sh('git rev-parse HEAD');
  const ran = await copy.sh(way.command ?? '');
  await ask([{ kind: 'text', text: 'Done.' }], said(way.calls));
  const committed = await copy.sh(COMMIT);
  const isStill = before === (await copy.sh('git rev-parse HEAD'));
  return isStill && `${ran}${committed}`.includes('PROTECTED_PATH')
    ? 'commit'
    : `neither: ${ran}${committed}`;
}

let shared: Ask | null = null;

async function askShared(way: Way): Promise<string> {
  shared ??= await openAsk(await copyTemplate(world, 'shared', model.url));
  return shared(way.calls);
}

test.each(WAYS.filter(({ caught }) => caught === 'stream'))('in the stream: $name', async (way) => {
  expect(await askShared(way)).toContain('is protected');
});

test.each(WAYS.filter(({ caught }) => caught === 'commit'))('at the commit: $name', async (way) => {
  const copy = await copyTemplate(world, `way-${String(WAYS.indexOf(way))}`, model.url);
  const ask = await openAsk(copy);
  expect(await ask(way.calls)).not.toContain('is protected');
  expect(await commitAfter(copy, ask, way)).toBe('commit');
});

/** What is caught at the commit was seen to write by then. */
const RUN = WAYS.filter(
  ({ caught, command, needs }) =>
    caught === 'stream' && command !== null && (needs === undefined || isThere(needs)),
);

test('what is stopped in the stream would have written, in a real shell', async () => {
  const idle: string[] = [];
  for (const way of RUN) {
    const copy = await copyTemplate(world, 'run', model.url);
    const ran = await copy.sh(
      `${way.command ?? ''}\necho ---; cd ${copy.dir}; git status --porcelain --no-renames -uall; rm -rf ${copy.dir}`,
    );
    const changed = ran.slice(ran.lastIndexOf('---'));
    if (!/^...\.github\/workflows\//im.test(changed)) idle.push(`${way.name}: ${ran}`);
  }
  expect(idle).toEqual([]);
}, 60_000);
