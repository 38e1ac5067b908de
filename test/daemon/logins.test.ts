// Clients that come with a login in place of a key, and editors, in the shapes in which they ask: where each request goes,
// what is recorded of it, and that the credential is forwarded and never written down.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attributeCommit } from '../../src/flow/attribute/attribute-commit.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import type { Session } from '../../src/model/session.ts';
import { storedFrame } from '../wire/stored-frame.ts';
import { type Part, PROVIDERS, sseText } from '../wire/streams.ts';
import { listAll, makeWorld, type Model, open, post, type Service, sha256 } from './world.ts';
import { startModel, startService, withStore, type World } from './world.ts';

const LOGIN = ['canary', 'login', 'u7Kq2'].join('-');
const bearer = { authorization: `Bearer ${LOGIN}` };

let world: World;
let model: Model;
let service: Service;
let session: OpenedSession;
let reply = '';

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((_asked, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(reply),
  );
  const to = (protocol: string, path = ''): string =>
    `{ protocol: ${protocol}, upstream: "${model.url}${path}" }`;
  world.configure(`connections:
  anthropic: ${to('anthropic-messages')}
  openai: ${to('openai', '/platform')}
  chatgpt: ${to('openai', '/backend-api/codex')}
  code-assist: ${to('gemini')}
  copilot: ${to('openai')}
  copilot-completions: ${to('openai')}
`);
  world.git('commit', '-q', '--allow-empty', '-m', 'first');
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const WRITTEN = 'export const shareOf = (part: number, whole: number): number => part / whole;\n';
const WRITES: readonly Part[] = [
  { kind: 'text', text: 'The share.' },
  { kind: 'call', name: 'write_file', input: { file_path: 'share.ts', content: WRITTEN } },
];

function streamOf(wire: string, parts: readonly Part[] = WRITES): string {
  const provider = PROVIDERS.find(({ name }) => name === wire);
  if (provider === undefined) throw new Error(wire);
  return sseText(
    provider,
    provider.events(parts, (text) => text.match(/.{1,9}/gsu) ?? []),
  );
}

/** Google's login wraps each reply once more. */
const wrapped = (stream: string): string =>
  stream.replaceAll(
    /^data: (.*)$/gm,
    (_, json: string) => `data: {"response":${json},"traceId":"t"}`,
  );

interface Asking {
  readonly title: string;
  readonly connection: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  readonly isZstd?: boolean;
  readonly reply: string;
  /** Where it must arrive. */
  readonly url: string;
  readonly wire: string;
  readonly want: Partial<Session>;
}

const CHAT = { model: 'm', stream: true, messages: [{ role: 'user', content: 'the share' }] };
const THREAD = '0199-thread';

const ASKINGS: readonly Asking[] = [
  {
    title: 'Codex with a ChatGPT login and a compressed body',
    connection: 'openai',
    path: '/v1/responses',
    headers: {
      ...bearer,
      'chatgpt-account-id': 'acc-1',
      'user-agent': 'codex_exec/0.169.0',
      'thread-id': THREAD,
      'session-id': THREAD,
    },
    isZstd: true,
    body: { model: 'm', stream: true, store: false, input: 'the share' },
    reply: streamOf('openai-responses'),
    url: '/backend-api/codex/responses',
    wire: 'openai-responses',
    want: { agent: 'codex', agentVersion: '0.169.0', conversation: THREAD },
  },
  {
    title: 'Copilot CLI with a GitHub login',
    connection: 'copilot',
    path: '/chat/completions',
    headers: {
      ...bearer,
      'copilot-integration-id': 'copilot-developer-cli',
      'x-client-session-id': 'cs-1',
      'x-initiator': 'user',
      'x-interaction-type': 'conversation-user',
      'user-agent': 'copilot/1.0.102 (client/cli linux v24)',
    },
    body: CHAT,
    reply: streamOf('openai-chat'),
    url: '/chat/completions',
    wire: 'openai-chat',
    want: { agent: 'copilot-cli', agentVersion: '1.0.102', conversation: 'cs-1' },
  },
  {
    title: 'Gemini CLI with a Google login',
    connection: 'code-assist',
    path: '/v1internal:streamGenerateContent?alt=sse',
    headers: { ...bearer, 'user-agent': 'GeminiCLI/0.61.0/gemini-3-pro (linux; x64)' },
    body: {
      model: 'gemini-3-pro',
      project: 'p',
      user_prompt_id: 'u1',
      request: {
        contents: [{ role: 'user', parts: [{ text: 'the share' }] }],
        session_id: 'gs-1',
      },
    },
    reply: wrapped(streamOf('gemini')),
    url: '/v1internal:streamGenerateContent?alt=sse',
    wire: 'gemini',
    want: { agent: 'gemini-cli', agentVersion: '0.61.0', conversation: 'gs-1' },
  },
  {
    title: 'Claude Code with a subscription',
    connection: 'anthropic',
    path: '/v1/messages?beta=true',
    headers: {
      ...bearer,
      'user-agent': 'claude-cli/2.1.329 (external, cli)',
      'anthropic-beta': 'oauth-2025-04-20',
      'x-claude-code-session-id': 'ccs-1',
    },
    body: CHAT,
    reply: streamOf('anthropic-messages'),
    url: '/v1/messages?beta=true',
    wire: 'anthropic-messages',
    want: { agent: 'claude-code', agentVersion: '2.1.329', conversation: 'ccs-1' },
  },
  {
    title: "Copilot's chat in an editor",
    connection: 'copilot',
    path: '/chat/completions',
    headers: {
      ...bearer,
      'user-agent': 'GitHubCopilotChat/0.36.2',
      'editor-version': 'vscode/1.108.2',
      'editor-plugin-version': 'copilot-chat/0.36.2',
      'copilot-integration-id': 'vscode-chat',
      'vscode-sessionid': 'vs-1',
      'openai-intent': 'conversation-agent',
      'x-initiator': 'user',
      'x-interaction-type': 'conversation-agent',
    },
    body: CHAT,
    reply: streamOf('openai-chat'),
    url: '/chat/completions',
    wire: 'openai-chat',
    want: { agent: 'copilot-editor', agentVersion: '0.36.2', conversation: 'vs-1' },
  },
];

const bytesOf = ({ body, isZstd = false }: Asking): Buffer => {
  const plain = Buffer.from(JSON.stringify(body));
  return isZstd ? storedFrame(plain) : plain;
};

describe.each(ASKINGS)('$title', (asking) => {
  test('goes where its login is known, and is recorded without it', async () => {
    reply = asking.reply;
    model.asked.length = 0;
    const bytes = bytesOf(asking);
    const answer = await fetch(`${session.baseUrl(asking.connection)}${asking.path}`, {
      method: 'POST',
      body: bytes,
      headers: {
        'content-type': 'application/json',
        ...(asking.isZstd === true ? { 'content-encoding': 'zstd' } : {}),
        ...asking.headers,
      },
    });
    expect(await answer.text()).toBe(asking.reply);
    expect(model.asked).toMatchObject([{ url: asking.url, headers: bearer }]);
    const exchange = (await listAll(world)).at(-1);
    expect(exchange).toMatchObject({
      outcome: 'ok',
      wire: asking.wire,
      requestSha256: sha256(bytes),
      clientSha256: sha256(asking.reply),
    });
    await withStore(world, async (store) => {
      expect(await store.findSession(exchange?.session ?? '')).toMatchObject(asking.want);
      expect(await store.listEmissions(exchange?.id ?? '')).toMatchObject([
        { path: 'share.ts', edit: { kind: 'write', text: WRITTEN } },
      ]);
      const record = Buffer.from(await store.readRequest(exchange?.id ?? '')).toString();
      expect(record).not.toContain(LOGIN);
      expect(record).toContain('the share');
    });
  });
});

test('a sub-agent is a session of its own, joined to its parent', async () => {
  const [codex] = ASKINGS;
  if (codex === undefined) throw new Error('no case');
  reply = codex.reply;
  for (const more of [{}, { 'thread-id': 't-sub', 'x-codex-parent-thread-id': THREAD }])
    await post(`${session.baseUrl('openai')}/v1/responses`, codex.body, {
      ...codex.headers,
      ...more,
    });
  const sessions = await withStore(world, (store) => store.listSessions({ agent: 'codex' }));
  const of = (conversation: string) => sessions.find((one) => one.conversation === conversation);
  expect(of(THREAD)).toMatchObject({ parent: null });
  expect(of('t-sub')).toMatchObject({ parent: of(THREAD)?.id });
});

test('no file of the state directory holds the login', () => {
  const files = readdirSync(world.home, { recursive: true, withFileTypes: true });
  for (const file of files.filter((one) => one.isFile()))
    expect(readFileSync(join(file.parentPath, file.name)).includes(LOGIN), file.name).toBe(false);
  expect(files.map(({ name }) => name)).toContain('store.db');
});

const OFFERED = `  const shares = parts.map((part) => part.amount / total);
  return shares.reduce((largest, share) => Math.max(largest, share), 0);
}
`;
const IGNORED = '  throw new RangeError(`the whole of ${String(total)} cannot be shared out`);\n';

const completionOf = (text: string): string =>
  [
    ...(text.match(/.{1,12}/gsu) ?? []).map((piece) => ({ text: piece, finish_reason: null })),
    { text: '', finish_reason: 'stop' },
  ]
    .map(({ text: piece, finish_reason }) => {
      const choice = { text: piece, index: 0, finish_reason, logprobs: null, p: 'aa' };
      const chunk = { id: 'cmpl-1', model: 'gpt-41-copilot', created: 1, choices: [choice] };
      return `data: ${JSON.stringify(chunk)}\n\n`;
    })
    .join('') + 'data: [DONE]\n\n';

async function complete(text: string): Promise<void> {
  reply = completionOf(text);
  const url = `${session.baseUrl('copilot-completions')}/v1/engines/gpt-41-copilot/completions`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      ...bearer,
      'content-type': 'application/json',
      'user-agent': 'GithubCopilot/1.388.0',
      'editor-version': 'vscode/1.108.2',
      'editor-plugin-version': 'copilot/1.388.0',
      'openai-intent': 'copilot-ghost',
      'vscode-sessionid': 'vs-2',
    },
    body: JSON.stringify({
      prompt: '// Path: parts.ts\nexport function largest(parts: Part[], total: number) {\n',
      suffix: '\n',
      max_tokens: 500,
      temperature: 0,
      top_p: 1,
      n: 1,
      stop: ['\n\n\n'],
      stream: true,
      extra: { language: 'typescript', next_indent: 2, trim_by_indentation: true },
    }),
  });
  expect(await answer.text()).toBe(reply);
}

test('a completion counts where its text lands, and one that was only offered nowhere', async () => {
  await complete(OFFERED);
  await complete(IGNORED);
  const [last] = (await listAll(world)).slice(-1);
  expect(last).toMatchObject({
    wire: 'openai-completions',
    model: 'gpt-41-copilot',
    stopReason: 'stop',
    outcome: 'ok',
  });
  const HEAD = 'export function largest(parts: readonly Part[], total: number): number {\n';
  world.put('repo/parts.ts', HEAD + OFFERED);
  world.git('add', '-A');
  world.git('commit', '-q', '-m', 'Parts');
  const repository = await openRepository(world.caller);
  const objects = openObjects(world.caller);
  try {
    const [file] = await withStore(world, async (store) =>
      attributeCommit(
        { repository, objects, store, key: await store.readKey() },
        world.git('rev-parse', 'HEAD').trim(),
      ),
    );
    expect(file?.added.map(({ origin }) => origin.kind)).toEqual(['unrecorded', 'ai', 'ai', 'ai']);
    const sources = file?.added.flatMap(({ origin }) =>
      'source' in origin ? [origin.source] : [],
    );
    expect(new Set(sources?.map(({ agent }) => agent))).toEqual(new Set(['copilot-editor']));
  } finally {
    objects.close();
  }
});
