// Every byte that is kept is searched, however it was cut on its way into the store.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContentHit, ContentHolder } from '../../src/store/content-store.ts';
import { openFormFinder } from '../../src/store/find-forms.ts';
import type { ExchangeDraft, ExchangeEnd, Store } from '../../src/store/store.ts';
import { draft, ending, newHome, newSession } from './store-kit.ts';
import { HERE, POSTGRES, START_MS } from './ways.ts';

const delta = (text: string, index = 0): string =>
  `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } })}\n\n`;

describe('a text', () => {
  test.each([
    ['in a body', ['{"a":"my blue-moon-77"}'], false, true],
    ['in the middle of a word', ['xblue-moon-77y'], false, true],
    ['over two pieces', ['{"a":"my blue-m', 'oon-77"}'], false, true],
    ['over three pieces', ['{"a":"my blue-m', 'oon-', '77"}'], false, true],
    ['written as escapes', [String.raw`{"a":"blue\u002dmoon\u002D77"}`], false, true],
    [
      'over the events of a reply',
      [delta('my bl') + delta('ue-m') + delta('oon-77 is')],
      true,
      true,
    ],
    [
      'letter by letter',
      [
        'my blue-moon-77!'
          .split('')
          .map((text) => delta(text))
          .join(''),
      ],
      true,
      true,
    ],
    [
      'over events over pieces',
      [`${delta('my blue-')}event: x\nda`, `ta: {"a":"moon-77"}\n`],
      true,
      true,
    ],
    [
      'over events, its end escaped',
      [`${delta('blue-moon')}data: {"a":"\\u002d77"}\n`],
      true,
      true,
    ],
    [
      'over events between those of another channel',
      [delta('blue-') + delta('x', 1) + delta('moon-77')],
      true,
      true,
    ],
    ['begun and not ended', [delta('blue-') + delta('moon-7') + delta('8')], true, false],
    ['its end first', [delta('moon-77') + delta('blue-')], true, false],
    ['another one', [delta('blue moon 77')], true, false],
    ['over two strings of a request', ['{"a":"blue-","b":"moon-77"}'], false, false],
  ] as const)('%s', (...[, pieces, isReply, isThere]) => {
    const bytes = pieces.map((piece) => Buffer.from(piece));
    expect(openFormFinder(['blue-moon-77'])(bytes, isReply)).toEqual(isThere ? [0] : []);
  });
});

const VALUE = 'blue-moon-77';
const FILL = 'x'.repeat(65_536);

let store: Store;
let session = '';

interface Kept {
  readonly id: string;
  readonly draft?: Partial<ExchangeDraft>;
  readonly reply?: readonly string[];
  readonly end?: Partial<ExchangeEnd>;
}

async function keep({ id, reply = [], ...more }: Kept): Promise<void> {
  await store.beginExchange(draft(session, { id, ...more.draft }));
  for (const piece of reply) await store.appendReply(id, Buffer.from(piece));
  await store.endExchange(ending(id, { responseBytes: reply.join('').length, ...more.end }));
}

async function find(...forms: readonly string[]): Promise<readonly ContentHolder[]> {
  const hits: ContentHit[] = [];
  for (const block of await store.cutContent())
    hits.push(...(await store.findForms(block, forms)).hits);
  return store.findHolders(hits);
}

const slices = (...texts: readonly string[]): Partial<ExchangeDraft> => ({
  slices: texts.map((text) => Buffer.from(text)),
});

describe.each([HERE, ...POSTGRES])('a value in a store %s', (_, open) => {
  const home = newHome();
  beforeAll(async () => {
    store = await open(home);
    session = await newSession(store);
    await keep({ id: 'x1', draft: slices('{"messages":[', `{"a":"${VALUE}"}`, ']}') });
    await keep({ id: 'x2', draft: slices('{"messages":[', `{"a":"${VALUE}"}`, ',{"b":1}', ']}') });
    await keep({ id: 'x3', draft: { headers: [['x-trace', VALUE]] } });
    await keep({ id: 'x4', draft: { url: `/v1/files?name=${VALUE}` } });
    await keep({ id: 'x5', reply: [delta('my blue-') + delta('moon-77')] });
    await keep({
      id: 'x6',
      reply: [FILL + FILL + VALUE.slice(0, 5), VALUE.slice(5) + FILL + FILL],
    });
    await keep({
      id: 'x7',
      draft: {
        protocol: 'http',
        wire: null,
        requestBytes: FILL.length + 7,
        ...slices(FILL.slice(5) + VALUE.slice(0, 5), VALUE.slice(5)),
      },
    });
    await keep({ id: 'x8', end: { headers: [['x-id', VALUE]] } });
    await keep({ id: 'x9', draft: { slices: [], requestBytes: 9 } });
    session = await newSession(store, { conversation: 'another' });
    await keep({ id: 'y1', draft: slices('{"messages":[', `{"a":"${VALUE}"}`, ']}') });
    await store.beginExchange(draft(session, { id: 'y2' }));
    await store.appendReply('y2', Buffer.from(`so far ${VALUE}`));
  }, START_MS);
  afterAll(async () => {
    await store.close();
    rmSync(home, { recursive: true });
  });

  test('is found wherever it is, and by whom it was sent again', async () => {
    const found = (await find('nowhere-at-all', VALUE)).map(
      ({ exchange, place, isAgain, forms }) =>
        `${exchange} ${place}${isAgain ? ' again' : ''} ${forms.join()}`,
    );
    expect(found).toEqual([
      'x1 request 1',
      'x2 request again 1',
      'x3 headers 1',
      'x4 url 1',
      'x5 reply 1',
      'x6 reply 1',
      'x7 request 1',
      'x8 headers 1',
      'y1 request 1',
      'y2 reply 1',
    ]);
  });

  test('that is nowhere is in nothing', async () => {
    expect(await find('nowhere-at-all', 'blue-moon-78')).toEqual([]);
  });

  test('may have been in what left no text', async () => {
    expect(await store.countTextless()).toBe(1);
  });
});
