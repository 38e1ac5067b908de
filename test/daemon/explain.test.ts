// A model that meets a placeholder is told once what it is: in every format, over HTTP; what the client gets is what the
// model sent, and the record says what was added.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { contextDocument } from '../../src/print/context-lines.ts';
import { type Part, type Provider, PROVIDERS, sseText } from '../wire/streams.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  open,
  post,
  type Service,
  sha256,
  startModel,
  startService,
  withStore,
  type World,
} from './world.ts';

const WORD = 'AITRAIL_github_pat_0a1b2c3d';
const NOTE = `[aitrail: ${WORD} stands for a secret value`;

let world: World;
let model: Model;
let service: Service;
let isStreamed = true;

const PARTS: readonly Part[] = [{ kind: 'text', text: `I keep ${WORD}.` }];
const sent = (provider: Provider, isStream: boolean): string =>
  isStream
    ? sseText(
        provider,
        provider.events(PARTS, (text) => text.match(/.{1,5}/gsu) ?? []),
      )
    : JSON.stringify(provider.document(PARTS));

beforeAll(async () => {
  world = makeWorld();
  model = await startModel(({ url }, response) => {
    const provider = PROVIDERS.find(({ path }) => url.endsWith(path));
    if (provider === undefined) return void response.writeHead(404).end();
    const type = isStreamed ? 'text/event-stream' : 'application/json';
    response.writeHead(200, { 'content-type': type }).end(sent(provider, isStreamed));
  });
  service = await startService(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
}, 30_000);

const CONNECTIONS = {
  'anthropic-messages': 'anthropic',
  openai: 'openai',
  gemini: 'gemini',
  http: '',
};

const bodyOf = (provider: Provider, texts: readonly string[], stream: boolean): object =>
  ({
    'anthropic-messages': { model: 'x', stream, messages: said(texts) },
    'openai-responses': {
      model: 'x',
      stream,
      input: texts.map((text) => ({ role: 'user', content: [{ type: 'input_text', text }] })),
    },
    'openai-chat': { model: 'x', stream, messages: said(texts) },
    'openai-completions': { model: 'x', stream, prompt: texts.join('\n') },
    gemini: { contents: texts.map((text) => ({ role: 'user', parts: [{ text }] })) },
  })[provider.name];

const said = (texts: readonly string[]) => texts.map((content) => ({ role: 'user', content }));

const ask = (session: OpenedSession, provider: Provider, body: object): Promise<Response> =>
  post(`${session.baseUrl(CONNECTIONS[provider.protocol])}${provider.path}`, body);

const under = (settings: string): Promise<OpenedSession> => {
  world.configure(connectionsTo(model.url) + settings);
  return open(world);
};
const asked = (): string => model.asked.at(-1)?.body ?? '';

const CHATS = PROVIDERS.filter(({ name }) => name !== 'openai-completions');

test.each(CHATS.flatMap((provider) => [true, false].map((isStream) => ({ provider, isStream }))))(
  '$provider.name, stream: $isStream',
  async ({ provider, isStream }) => {
    isStreamed = isStream;
    const session = await under('');
    const texts = ['hello', `the key is ${WORD}`];
    const body = bodyOf(provider, texts, isStream);
    const answer = await (await ask(session, provider, body)).text();
    expect(answer).toBe(sent(provider, isStream));
    const first = asked();
    expect(first.split(NOTE)).toHaveLength(2);
    expect(JSON.parse(first)).toEqual(bodyOf(provider, ['hello', noted(first)], isStream));

    // the history again, and more of the same: told once, and the same bytes up to what is new
    await ask(session, provider, bodyOf(provider, [...texts, `again ${WORD}`], isStream));
    expect(asked().split(NOTE)).toHaveLength(2);
    const end = first.lastIndexOf(']', first.lastIndexOf('words.]') + 6);
    expect(asked().startsWith(first.slice(0, end))).toBe(true);

    const told = (await listAll(world)).at(-2);
    expect(told?.requestSha256).toBe(sha256(JSON.stringify(body)));
    expect(told?.clientSha256).toBe(told?.responseSha256);
    const recorded = await withStore(world, async (store) => ({
      request: Buffer.from(await store.readRequest(told?.id ?? '')).toString(),
      context: await store.readContext(told?.id ?? ''),
    }));
    expect(recorded.request).toBe(JSON.stringify(body)); // what the agent sent
    expect(contextDocument(recorded.context)).toMatchObject({
      added: { text: expect.stringContaining(NOTE), path: expect.arrayContaining([1]) },
    });
  },
);

const noted = (body: string): string =>
  /the key is (?:[^"\\]|\\.)*/.exec(body)?.[0].replaceAll(String.raw`\n`, '\n') ?? '';

const ANTHROPIC = CHATS.find(({ name }) => name === 'anthropic-messages');
const RESPONSES = CHATS.find(({ name }) => name === 'openai-responses');
if (ANTHROPIC === undefined || RESPONSES === undefined) throw new Error('no providers');

test.each(['secrets: { explain: false }\n', 'mode: observe\n'])(
  'nothing is added under %s',
  async (settings) => {
    const session = await under(settings);
    const body = bodyOf(ANTHROPIC, [WORD], true);
    await ask(session, ANTHROPIC, body);
    expect(asked()).toBe(JSON.stringify(body));
  },
);

test('what no placeholder is in goes on as it came', async () => {
  const session = await under('');
  const body = bodyOf(ANTHROPIC, ['AITRAIL_HOME is a variable'], true);
  await ask(session, ANTHROPIC, body);
  expect(asked()).toBe(JSON.stringify(body));
});

test('a history that stays with the provider: told once, and again when the same is asked again', async () => {
  const session = await under('');
  const turn = async (previous: string | null, text: string): Promise<boolean> => {
    const body = bodyOf(RESPONSES, [text], true);
    await ask(
      session,
      RESPONSES,
      previous === null ? body : { ...body, previous_response_id: previous },
    );
    return asked().includes(NOTE);
  };
  expect(await turn(null, 'hello')).toBe(false);
  expect(await turn('resp_1', `take ${WORD}`)).toBe(true);
  expect(await turn('resp_1', `take ${WORD}`)).toBe(true);
  expect(await turn('resp_2', `and ${WORD}`)).toBe(false);
});
