// aitrail search over what the proxy recorded: masked text only, each thing said found once.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession } from '../../src/flow/session/open-session.ts';
import { searchExchanges } from '../../src/flow/show/search-exchanges.ts';
import { parseSearch } from '../../src/model/search-query.ts';
import { searchLines } from '../../src/print/search-lines.ts';
import { pickStyle } from '../../src/print/style.ts';
import { openForReading } from '../../src/store/database.ts';
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

const PAT = ['gh', 'p_', createHash('sha256').update('search').digest('hex').slice(0, 36)].join('');

let world: World;
let model: Model;
let service: Service;

beforeAll(async () => {
  world = makeWorld();
  model = await startModel(({ body }, response) => {
    const isSecond = body.includes('second thing');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: isSecond
          ? [{ type: 'text', text: 'no zebras' }]
          : [
              { type: 'text', text: 'I looked at \u001B[31mzebraStripes\u202E' },
              {
                type: 'tool_use',
                id: 'c1',
                name: 'Bash',
                input: { command: 'rm -rf build\nmake giraffe' },
              },
            ],
      }),
    );
  });
  world.configure(connectionsTo(model.url));
  service = await startService(world);
  const session = await openSession(world.caller, { agent: null, script: 'not needed' });
  const say = async (messages: readonly object[]): Promise<void> => {
    const url = `${session.baseUrl('anthropic')}/v1/messages`;
    await (await post(url, { model: 'm', max_tokens: 9, system: 'antelope', messages })).text();
  };
  const opening = { role: 'user', content: `the first thing, with ${PAT}` };
  await say([opening]);
  await say([
    opening,
    { role: 'assistant', content: 'ok' },
    { role: 'user', content: 'the second thing' },
  ]);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

test.each([
  ['first thing', 1, 'the [first] [thing], with '],
  ['second', 1, 'the [second] thing'],
  ['zebrastripes', 1, '[zebraStripes]'],
  ['giraffe', 1, '[giraffe]'],
  ['antelope', 0, ''], // what the client puts around it was said by nobody
  ['masked:github-pat -second', 1, 'the first thing'],
])('%s is found once, where it was said', async (query, count, want) => {
  const { hits, isPartial } = await searchExchanges(world.caller, parseSearch(query), 10);
  const shown = hits.map(({ snippet }) =>
    snippet?.pieces.map((piece) => (piece.isHit ? `[${piece.text}]` : piece.text)).join(''),
  );
  expect([isPartial, hits.length]).toEqual([false, count]);
  expect(shown.join('')).toContain(want);
});

test('nothing in what is shown is an instruction to the terminal', async () => {
  const { hits } = await searchExchanges(world.caller, parseSearch('zebraStripes'), 10);
  const shown = searchLines(hits, 80, pickStyle(false));
  expect(shown).toContain('zebraStripes<U+202E>');
  expect(shown).not.toContain('\u001B');
});

test('no secret is in the index', async () => {
  const { hits } = await searchExchanges(world.caller, parseSearch(PAT), 10);
  expect([hits, (await listAll(world)).length]).toEqual([[], 2]);
  const database = openForReading(world.home);
  database.exec('CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, texts, row)');
  const terms = database
    .all<{ term: string }>('SELECT term FROM vocabulary')
    .map(({ term }) => term);
  database.close();
  expect(terms).toContain('giraffe');
  expect(terms.filter((term) => term.includes(PAT.slice(4, 12)))).toEqual([]);
});
