// Actions that need an approval: held while somebody may still give it, released byte for byte, refused in words of the
// provider's own protocol, and let through once when the same comes again.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  endSession,
  openSession,
  type OpenedSession,
} from '../../src/flow/session/open-session.ts';
import { parseJson } from '../../src/model/json.ts';
import type { Approval } from '../../src/model/approval.ts';
import type { Block, Protocol } from '../../src/model/wire.ts';
import { pickFormat } from '../../src/wire/formats.ts';
import { openSseFramer } from '../../src/wire/sse.ts';
import { type Part, type Provider, PROVIDERS, sseText } from '../wire/streams.ts';
import { type Approver, hireApprover } from './approver.ts';
import {
  type Asked,
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  open,
  post,
  type Service,
  startModel,
  startService,
  type World,
} from './world.ts';

const RULES = `rules:
  - { name: deploys, on: tool-call, match: 'deploy \\w+', action: approve }
  - { name: no-prod, on: prompt, match: 'production', action: approve }
  - { name: new-repository, on: http, method: POST, path: /user/repos, action: approve }
`;
/** Each provider's own, so that none of them is the same action. */
let target = 'web';
const partsOf = (provider: Provider): readonly Part[] => [
  { kind: 'text', text: 'Let me …' },
  { kind: 'call', name: 'Bash', input: { command: `deploy ${target} ${provider.name}` } },
];

let world: World;
let model: Model;
let service: Service;
let bob: Approver;

beforeAll(async () => {
  world = makeWorld();
  bob = await hireApprover(world);
  model = await startModel(({ method, url }, response) => {
    const provider = PROVIDERS.find(({ path }) => url.endsWith(path));
    if (provider === undefined) return void response.end(`${method} ${url}`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(sent(provider));
  });
  service = await startService(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const sent = (provider: Provider): string =>
  sseText(
    provider,
    provider.events(partsOf(provider), (text) => text.match(/.{1,9}/gsu) ?? []),
  );

const CONNECTIONS: Readonly<Record<Protocol, string>> = {
  'anthropic-messages': 'anthropic',
  openai: 'openai',
  gemini: 'gemini',
  http: 'web',
};

const bodyOf = (provider: Provider, prompt: string): object =>
  ({
    'anthropic-messages': {
      model: 'claude-x',
      stream: true,
      messages: [{ role: 'user', content: prompt }],
    },
    'openai-responses': { model: 'gpt-x', stream: true, input: prompt },
    'openai-chat': { model: 'gpt-x', stream: true, messages: [{ role: 'user', content: prompt }] },
    'openai-completions': { model: 'gpt-x', stream: true, prompt },
    gemini: { contents: [{ role: 'user', parts: [{ text: prompt }] }] },
  })[provider.name];

const WEB = (): string => `  web: { protocol: http, upstream: "${model.url}" }\n`;

/** @param more settings beside the rules. */
async function under(more = ''): Promise<OpenedSession> {
  world.configure(connectionsTo(model.url) + WEB() + more + RULES);
  model.asked.length = 0;
  return open(world);
}

const ask = async (session: OpenedSession, provider: Provider, prompt = 'go'): Promise<string> => {
  const base = session.baseUrl(CONNECTIONS[provider.protocol]);
  const answer = await post(`${base}${provider.path}`, bodyOf(provider, prompt));
  expect(answer.status).toBe(200);
  return answer.text();
};

/** What a client makes of it. */
function said(provider: Provider, text: string): readonly Block[] {
  const reader = pickFormat(provider.protocol, 'POST', provider.path)?.openReplyReader();
  for (const frame of openSseFramer().push(Buffer.from(text)))
    if (frame.hasData) reader?.push(parseJson(frame.data) ?? frame.data, frame.event);
  return reader?.finish(false).blocks ?? [];
}

/** The reply without signs of life; those are the frames that the model did not send. */
function withoutSigns(provider: Provider, text: string): string {
  const own = new Set(
    openSseFramer()
      .push(Buffer.from(sent(provider)))
      .map(rawText),
  );
  const frames = openSseFramer().push(Buffer.from(text)).map(rawText);
  return frames.filter((frame) => own.has(frame)).join('');
}

const rawText = ({ raw }: { readonly raw: Uint8Array }): string => Buffer.from(raw).toString();

const callsIn = (blocks: readonly Block[]): readonly unknown[] =>
  blocks.flatMap((block) => (block.kind === 'tool-call' ? [block.call.input] : []));

const SPEAKING = PROVIDERS.filter(({ name }) => name !== 'openai-completions');
const PATIENT = 60_000;

/** All providers at once: what takes time is waiting. */
const each = <T>(act: (provider: Provider) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(SPEAKING.map(act));

const waiting = (provider: Provider): Promise<Approval> =>
  bob.next(({ request }) => request.content.includes(` ${target} ${provider.name}"`));

const OPEN = /Request (a\w{10}) is open/;

test('approved: the very bytes go out; meanwhile signs of life', { timeout: PATIENT }, async () => {
  target = 'shop';
  const session = await under();
  await each(async (provider) => {
    const answered = ask(session, provider);
    const approval = await waiting(provider);
    expect(approval.request).toMatchObject({
      kind: 'tool-call',
      what: 'Bash',
      rule: 'deploys',
      requester: 'ada@example.com',
      exchange: expect.stringMatching(/^x/),
    });
    await sleep(1100); // long enough for a sign
    await bob.decide(approval, 'approve');
    const text = await answered;
    expect(withoutSigns(provider, text)).toBe(sent(provider));
    expect(text.length).toBeGreaterThan(sent(provider).length);
    expect(said(provider, text)).toEqual(said(provider, sent(provider)));
  });
  expect((await listAll(world)).slice(-4).map(({ outcome }) => outcome)).toEqual(
    Array(4).fill('ok'),
  );
  const { notices } = await endSession(session);
  expect(notices.filter((line) => / waits for approval a\w{10}: rule/.test(line))).toHaveLength(4);
  expect(notices.filter((line) => / of bob@example\.com: rule/.test(line))).toHaveLength(4);
});

const [FIRST, SECOND] = SPEAKING;
if (FIRST === undefined || SECOND === undefined) throw new Error('no providers');

test('denied: words in its place', { timeout: PATIENT }, async () => {
  target = 'denied';
  const answered = ask(await under(), SECOND);
  await bob.decide(await waiting(SECOND), 'deny');
  const blocks = said(SECOND, await answered);
  expect(callsIn(blocks)).toEqual([]);
  expect(JSON.stringify(blocks)).toMatch(/bob@example\.com has denied it/);
});

test('too late: the id; the same again passes, once', { timeout: PATIENT }, async () => {
  target = 'late';
  const session = await under('approvals: { hold: 1s }\n');
  const first = JSON.stringify(said(FIRST, await ask(session, FIRST)));
  const approval = await waiting(FIRST);
  expect(OPEN.exec(first)?.[1]).toBe(approval.request.id);
  await bob.decide(approval, 'approve');
  expect(withoutSigns(FIRST, await ask(session, FIRST))).toBe(sent(FIRST));
  const again = JSON.stringify(said(FIRST, await ask(session, FIRST)));
  expect(again).toMatch(OPEN);
  expect(again).not.toContain(approval.request.id);
});

test(
  'a digest tells nothing of a password: it is of what is shown',
  { timeout: PATIENT },
  async () => {
    const password = ['tiger', '7!', 'Kx'].join('');
    target = `shop --db-url=postgres://app:${password}@db.internal/shop`;
    const session = await under('approvals: { hold: 1s }\n');
    await ask(session, FIRST);
    const approval = await bob.next(({ request }) => request.content.includes('@db.internal'));
    const { subject, digest } = approval.request;
    expect(JSON.stringify(approval)).not.toContain(password);
    expect(subject).toContain('postgres://app:AITRAIL_');
    expect(
      createHash('sha256')
        .update(subject ?? '')
        .digest('hex'),
    ).toBe(digest);
    await bob.decide(approval, 'approve');
    const approved = target;
    target = target.replace(password, `${password}8`); // another password is another action
    expect(JSON.stringify(said(FIRST, await ask(session, FIRST)))).toMatch(OPEN);
    target = approved;
    expect(callsIn(said(FIRST, await ask(session, FIRST)))).toHaveLength(1);
  },
);

test('a prompt opens no connection while it is held', { timeout: PATIENT }, async () => {
  target = 'prompts';
  const session = await under();
  const answered = ask(session, SECOND, 'production, please');
  const approval = await bob.next(({ request }) => request.kind === 'prompt');
  expect(approval.request.content).toBe('production, please');
  expect(model.asked).toEqual([]);
  await bob.decide(approval, 'deny');
  expect(JSON.stringify(said(SECOND, await answered))).toMatch(/has denied it/);
  expect(model.asked).toEqual([]);
  expect((await listAll(world)).at(-1)?.outcome).toBe('refused');
});

const create = (session: OpenedSession, body: string): Promise<Response> =>
  fetch(`${session.baseUrl('web')}/user/repos`, { method: 'POST', body });

test(
  'requests through http connections: by method, address and body',
  async () => {
    const session = await under();
    const answered = create(session, '{"name":"one"}');
    const approval = await bob.next(({ request }) => request.kind === 'http');
    expect(approval.request).toMatchObject({
      what: `POST ${model.url}/user/repos`,
      content: `POST ${model.url}/user/repos\n\n{"name":"one"}`,
    });
    expect(model.asked).toEqual([]);
    await bob.decide(approval, 'approve');
    expect(await (await answered).text()).toBe('POST /user/repos');
    expect(model.asked).toHaveLength(1);
  },
  PATIENT,
);

test(
  'nobody is waited for in CI: the id at once, for exactly this',
  { timeout: PATIENT },
  async () => {
    target = 'ci';
    world.configure(connectionsTo(model.url) + WEB() + RULES);
    model.asked.length = 0;
    const env = { ...world.caller.env, CI: 'true' };
    const session = await openSession({ ...world.caller, env }, { agent: null, script: '' });
    const refused = await create(session, '{"name":"two"}');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('x-aitrail-error')).toBe('APPROVAL_NEEDED');
    const approval = await bob.next(({ request }) => request.kind === 'http');
    expect(await refused.text()).toContain(`Request ${approval.request.id} is open`);
    await bob.decide(approval, 'approve');
    expect((await create(session, '{"name":"three"}')).status).toBe(403); // something else
    expect((await create(session, '{"name":"two"}')).status).toBe(200);
    expect((await create(session, '{"name":"two"}')).status).toBe(403); // once
    expect(model.asked.map(({ body }) => body)).toEqual(['{"name":"two"}']);
  },
);

const lastOutcome = async (): Promise<string | undefined> => (await listAll(world)).at(-1)?.outcome;

test(
  'a client that hangs up: the record says so, the request stays open',
  { timeout: PATIENT },
  async () => {
    target = 'gone';
    const session = await under();
    const [provider] = SPEAKING;
    if (provider === undefined) throw new Error('no providers');
    const base = session.baseUrl(CONNECTIONS[provider.protocol]);
    const leave = async (prompt: string, isIt: (approval: Approval) => boolean): Promise<void> => {
      const client = new AbortController();
      const answer = fetch(`${base}${FIRST.path}`, {
        method: 'POST',
        body: JSON.stringify(bodyOf(FIRST, prompt)),
        signal: client.signal,
      }).then((reply) => reply.text());
      const approval = await bob.next(isIt);
      client.abort();
      await expect(answer).rejects.toThrow(/aborted/);
      for (let i = 0; i < 100 && (await lastOutcome()) === 'open'; i += 1) await sleep(20);
      expect(await lastOutcome()).toBe('client-abort');
      expect((await bob.next(isIt)).request.id).toBe(approval.request.id);
    };
    await leave('go', ({ request }) => request.content.includes(' gone '));
    await leave('production, gone', ({ request }) => request.content === 'production, gone');
  },
);

test('observe: nothing is held, and it is said what would have been', async () => {
  target = 'observed';
  const session = await under('mode: observe\n');
  await each(async (provider) => {
    expect(await ask(session, provider, 'production')).toBe(sent(provider));
  });
  const { notices } = await endSession(session);
  const held = notices.filter((line) => line.includes('would be held (mode: observe)'));
  expect(held).toHaveLength(8);
});

test('a webhook hears of the request, not of what is in it', { timeout: PATIENT }, async () => {
  world.put('hook-secret', 'canary');
  const receiver = `{ on: [approval], url: "${model.url}/in", secret: { file: "${world.dir}/hook-secret" } }`;
  const session = await under(`notify: [${receiver}]\napprovals: { hold: 0 }\n`);
  expect((await create(session, '{"name":"told"}')).status).toBe(403);
  const { id } = (await bob.next(({ request }) => request.content.includes('told'))).request;
  const heard = (): Asked | undefined => model.asked.find(({ url }) => url === '/in');
  for (let i = 0; i < 200 && heard() === undefined; i += 1) await sleep(20);
  expect(parseJson(heard()?.body ?? '')).toMatchObject({
    type: 'approval',
    subject: 'http',
    rule: 'new-repository',
    approval: id,
    command: `aitrail approvals show ${id}`,
  });
  expect(heard()?.body).not.toContain('told');
});
