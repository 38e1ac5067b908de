// What a client's own hook says of a call: believed where the wire says nothing, of calls that were recorded, and marked.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { askControl } from '../../src/daemon/control.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import type { Emission } from '../../src/model/edit.ts';
import { PROVIDERS, sseText } from '../wire/streams.ts';
import { listAll, makeWorld, type Model, open, post, type Service } from './world.ts';
import { startModel, startService, withStore, type World } from './world.ts';

const CLIENT = {
  'user-agent': 'claude-cli/2.1.329 (external, cli)',
  'x-claude-code-session-id': 'talk-1',
};
const WRITTEN = 'export const halfOf = (whole: number): number => whole / 2;\n';

let world: World;
let model: Model;
let service: Service;
let session: OpenedSession;
let callId = '';

beforeAll(async () => {
  const provider = PROVIDERS.find(({ name }) => name === 'anthropic-messages');
  if (provider === undefined) throw new Error('no such provider');
  const input = { file_path: 'half.ts', content: WRITTEN };
  const reply = sseText(
    provider,
    provider.events([{ kind: 'call', name: 'Write', input }], (text) => [text]),
  );
  world = makeWorld();
  let calls = 0;
  model = await startModel((_asked, response) =>
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(reply.replaceAll('toolu_0', `toolu_${String((calls += 1))}x`)),
  );
  world.configure(
    `connections: { anthropic: { protocol: anthropic-messages, upstream: "${model.url}" } }\n`,
  );
  world.git('commit', '-q', '--allow-empty', '-m', 'first');
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

async function ask(messages: readonly object[]): Promise<void> {
  const url = `${session.baseUrl('anthropic')}/v1/messages`;
  await (await post(url, { model: 'm', stream: true, messages }, CLIENT)).text();
}

/** The one write of the newest exchange. */
async function newest(): Promise<Emission | undefined> {
  const exchange = (await listAll(world)).at(-1);
  return withStore(world, async (store) => (await store.listEmissions(exchange?.id ?? ''))[0]);
}

async function report(told: object | string): Promise<number | undefined> {
  const body = typeof told === 'string' ? told : JSON.stringify(told);
  const answer = await askControl(session.daemon.socket, {
    method: 'POST',
    path: '/client-report',
    body,
    timeoutMs: 5000,
  });
  return answer?.status;
}

const told = (more: object): object => ({
  session_id: 'talk-1',
  hook_event_name: 'PostToolUseFailure',
  tool_name: 'Write',
  tool_use_id: callId,
  ...more,
});

beforeEach(async () => {
  await ask([{ role: 'user', content: 'half of it' }]);
  callId = (await newest())?.callId ?? '';
});

test.each([
  [{}, 'rejected'],
  [{ hook_event_name: 'PostToolUse' }, 'accepted'],
])('a report %o of a call that no request tells of', async (more, outcome) => {
  expect(callId).not.toBe('');
  expect(await newest()).toMatchObject({ outcome: 'unknown', outcomeSource: 'wire' });
  expect(await report(told(more))).toBe(200);
  expect(await newest()).toMatchObject({ outcome, outcomeSource: 'client' });
});

test.each([
  ['another call', { tool_use_id: 'toolu_forged' }],
  ['another conversation', { session_id: 'talk-2' }],
  ['no conversation', { session_id: undefined }],
  ['a command that failed', { tool_name: 'Bash' }],
  ['what comes before a call', { hook_event_name: 'PreToolUse' }],
])('a report of %s says nothing', async (_title, more) => {
  const before = await listAll(world);
  await report(told(more));
  expect(await newest()).toMatchObject({ outcome: 'unknown', outcomeSource: 'wire' });
  expect(await listAll(world)).toHaveLength(before.length);
});

test('a report that makes no sense is no trouble', async () => {
  for (const body of ['', '[]', '{"session_id":1}', 'not JSON'])
    expect(await report(body)).toBe(200);
});

test('what the wire says later counts, whatever was reported', async () => {
  const { id } = (await listAll(world)).at(-1) ?? { id: '' };
  await report(told({}));
  const call = { type: 'tool_use', id: callId, name: 'Write', input: {} };
  const result = { type: 'tool_result', tool_use_id: callId, content: 'File created' };
  await ask([
    { role: 'user', content: 'half of it' },
    { role: 'assistant', content: [call] },
    { role: 'user', content: [result] },
  ]);
  const [emission] = await withStore(world, (store) => store.listEmissions(id));
  expect(emission).toMatchObject({ outcome: 'accepted', outcomeSource: 'wire' });
});
