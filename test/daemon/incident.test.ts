// aitrail incident: a person types a key, an agent reads one from a file and a model writes one, in one session; each is
// then looked for, with what commits, files and remotes hold of it.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { traceValue } from '../../src/flow/incident/trace-value.ts';
import { openSession } from '../../src/flow/session/open-session.ts';
import type { Incident } from '../../src/model/incident.ts';
import { pickStyle } from '../../src/print/style.ts';
import { incidentDocument, incidentLines } from '../../src/print/incident-lines.ts';
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
const [typed, read, written, plain, nowhere, split, header, posted] = [
  pat('typed'),
  pat('read'),
  pat('written'),
  'Marmalade Sky 1977',
  pat('nowhere'),
  'Marmalade-Rivers-1978',
  'Marmalade-Clouds-1979',
  'Marmalade <Seas> 1980',
];

let world: World;
let model: Model;
let service: Service;

beforeAll(async () => {
  world = makeWorld();
  const [provider] = PROVIDERS;
  if (provider === undefined) throw new Error('no providers');
  model = await startModel((asked, response) => {
    const input = { file_path: `${world.repo}/app.js`, content: `const key = '${written}';\n` };
    const parts = asked.body.includes('write it')
      ? [{ kind: 'call' as const, name: 'Write', input }]
      : [{ kind: 'text' as const, text: 'fine' }];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const isSplit = asked.body.includes('sing it');
    const sung = [{ kind: 'text' as const, text: `the song ends with x${split}y` }];
    response.end(
      sseText(
        provider,
        provider.events(isSplit ? sung : parts, (text) => (isSplit ? text.split('') : [text])),
      ),
    );
  });
  world.configure(
    `${connectionsTo(model.url)}  forge: { protocol: http, upstream: "${model.url}", record: true }\n`,
  );
  service = await startService(world);
  const session = await openSession(world.caller, { agent: null, script: 'not needed' });
  const say = async (...content: readonly unknown[]): Promise<void> => {
    const messages = content.map((each, at) => ({
      role: at % 2 === 0 ? 'user' : 'assistant',
      content: each,
    }));
    const body = { model: 'x', stream: true, messages };
    await (await post(`${session.baseUrl('anthropic')}/v1/messages`, body)).text();
  };
  await say(`my key is ${typed}, my song ${plain}`);
  const call = { type: 'tool_use', id: 't1', name: 'Read', input: { file_path: '.env' } };
  const result = { type: 'tool_result', tool_use_id: 't1', content: `TOKEN=${read}` };
  await say('read .env', [call], [result]);
  await say('write it');
  await say('sing it');
  await say('sing it', 'it is long', 'go on');
  const forge = (
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<string> =>
    post(`${session.baseUrl('forge')}${path}`, body, headers).then((answer) => answer.text());
  await forge('/things', { note: 'hello' }, { 'x-request-id': header });
  // as Go writes JSON
  await forge(
    '/things',
    posted.replaceAll('<', String.raw`\u003c`).replaceAll('>', String.raw`\u003e`),
  );
  await say('about the history', 'yes', [{ type: 'text', text: `and ${header}` }], 'fine', 'next');
  world.git('remote', 'add', 'origin', `${world.dir}/gone.git`);
  world.put('repo/README.md', 'start\n');
  world.git('add', '-A');
  world.git('commit', '-q', '-m', 'start');
  world.put('repo/keys.txt', `first\n${typed}\n`);
  world.git('add', '-A');
  world.git('commit', '-q', '-m', 'oops');
  world.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  world.git('rm', '-q', 'keys.txt');
  world.git('commit', '-q', '-m', `away with ${read}`);
  world.put('repo/.gitignore', '.env\n');
  world.put('repo/.env', `A=1\nTOKEN=${read}\n`);
  world.put(
    'repo/staged.json',
    JSON.stringify({ song: Buffer.from(`x${plain}`).toString('base64') }),
  );
  world.git('add', 'staged.json');
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const look = (value: string): Promise<Incident> =>
  traceValue(world.caller, { kind: 'value', value });

describe('a value', () => {
  test('that a person typed, committed, pushed and took away again', async () => {
    const [first] = await listAll(world);
    const incident = await look(typed);
    expect(incident).toMatchObject({
      hasValue: true,
      placeholders: [expect.stringMatching(/^AITRAIL_github_pat_[0-9a-f]{8}$/)],
      sights: [
        {
          exchange: first?.id,
          how: 'typed',
          held: 'placeholder',
          isForwarded: true,
          rules: ['github-pat'],
        },
      ],
      commits: [
        { path: 'keys.txt', change: 'added', held: 'value', remotes: ['origin'], subject: 'oops' },
        { path: 'keys.txt', change: 'removed', held: 'value', remotes: [] },
      ],
      files: [],
      staged: [],
      loose: [],
      scope: { exchanges: 8, textless: 0, gone: 0, commits: 3, isShallow: false },
    });
    const text = incidentLines(incident, pickStyle(false));
    expect(text).toContain('passed on in clear');
    expect(text).toContain('no file of the working tree holds the value');
    expect(text).not.toContain('no remote has');
    expect(text + JSON.stringify(incidentDocument(incident))).not.toContain(typed.slice(4));
  });

  test('that a tool read, and that stands in a message and in an ignored file', async () => {
    expect(await look(`TOKEN=${read}`)).toMatchObject({
      sights: [{ how: 'read', tool: 'Read', isForwarded: true }],
      commits: [{ path: null, change: 'message', held: 'value', remotes: [] }],
      files: [{ path: '.env', line: 2, held: 'value' }],
    });
  });

  test('that the model wrote, masked before anybody had it', async () => {
    expect(await look(written)).toMatchObject({
      sights: [
        {
          how: 'written',
          tool: 'Write',
          isForwarded: false,
          files: [expect.stringMatching(/app\.js$/)],
        },
      ],
      commits: [],
      files: [],
    });
  });

  test('that no rule knows', async () => {
    const incident = await look(plain);
    expect(incident).toMatchObject({
      sights: [{ how: 'typed', held: 'value', isForwarded: true, rules: [] }],
      commits: [],
      staged: [{ path: 'staged.json', held: 'value' }],
      files: [{ path: 'staged.json', line: 1, held: 'value' }],
    });
    expect(incidentLines(incident, pickStyle(false))).not.toContain(plain);
  });

  test.each([
    ['that the model sang letter by letter', split, 'written'],
    ['in a header of a plain request', header, 'headers'],
    ['in the body of one, escaped', posted, 'sent'],
  ])('%s', async (_, value, how) => {
    const { sights } = await look(value);
    expect(sights[0]).toMatchObject({ how, held: 'value', isForwarded: true, files: [] });
  });

  test('of which only pieces were ever said', async () => {
    expect(await look('the song goes on')).toMatchObject({ sights: [] });
  });

  test('that was never here', async () => {
    const incident = await look(nowhere);
    expect(incident).toMatchObject({ sights: [], commits: [], files: [], staged: [], loose: [] });
    expect(incidentLines(incident, pickStyle(false))).toContain('no commit holds the value');
  });
});

test('its placeholder, where the value is not kept', async () => {
  const [placeholder = ''] = (await look(written)).placeholders;
  world.put('repo/app.js', `const key = '${placeholder}';\n`);
  const incident = await traceValue(world.caller, { kind: 'placeholder', placeholder });
  expect(incident).toMatchObject({
    hasValue: false,
    sights: [{ how: 'written' }],
    files: [{ path: 'app.js', line: 1, held: 'placeholder' }],
  });
  expect(incidentDocument(incident)).toMatchObject({ clean: [] });
});
