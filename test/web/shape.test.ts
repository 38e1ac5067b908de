// What the pages compute before they draw.
import { describe, expect, test } from 'vitest';
import type { HunkLine } from '../../src/model/edit.ts';
import type { BlameLine } from '../../src/model/origin.ts';
import type { Exchange } from '../../src/model/session.ts';
import { blocksOf } from '../../src/web/blocks.ts';
import { cutText } from '../../src/web/cut-text.ts';
import { layOut } from '../../src/web/lay-out.ts';
import { pairLines } from '../../src/web/pair-lines.ts';
import { filePath, parseRoute, sessionPath } from '../../src/web/route.ts';
import { bucketDays, niceTop } from '../../src/web/scale.ts';
import { agoOf, shareOf, shortOf, spanOf } from '../../src/web/words.ts';

const hunk = (text: string): readonly HunkLine[] =>
  text.split(' ').map((word): HunkLine => {
    const mark = word.startsWith('+') ? '+' : word.startsWith('-') ? '-' : ' ';
    return { mark, text: mark === ' ' ? word : word.slice(1) };
  });

test.each([
  ['nothing changed', 'a b', ['a|a', 'b|b']],
  ['one for one', 'a -b +c d', ['a|a', 'b|c', 'd|d']],
  ['more went than came', '-a -b +c', ['a|c', 'b|']],
  ['more came than went', '-a +b +c', ['a|b', '|c']],
  ['two changes in a row', '-a +b -c +d', ['a|b', 'c|d']],
])('pairLines: %s', (_, text, want) => {
  const pairs = pairLines(hunk(text)).map(
    ([one, other]) => `${one?.text ?? ''}|${other?.text ?? ''}`,
  );
  expect(pairs).toEqual(want);
});

test.each([
  ['short', 'abc', 'abc'],
  ['many lines', 'a\nb\nc\nd', 'a\nb\nc'],
  ['one long line', 'x'.repeat(5000), 'x'.repeat(100)],
])('cutText: %s', (_, text, want) => expect(cutText(text, { chars: 100, lines: 3 })).toBe(want));

const exchange = (id: string, startedAtMs: number, endedAtMs: number | null): Exchange => ({
  id,
  session: 's1',
  connection: 'anthropic',
  protocol: 'anthropic-messages',
  wire: 'anthropic-messages',
  method: 'POST',
  url: '/v1/messages',
  startedAtMs,
  firstByteAtMs: null,
  endedAtMs,
  status: 200,
  outcome: 'ok',
  model: null,
  stopReason: null,
  usage: null,
  requestSha256: null,
  responseSha256: null,
  clientSha256: null,
  requestBytes: 0,
  responseBytes: 0,
  masks: [],
  logIndex: null,
});

describe('layOut', () => {
  test('a long pause is drawn short, and said', () => {
    const hour = 3_600_000;
    const [one, two] = layOut([exchange('x1', 0, 10_000), exchange('x2', hour, hour + 10_000)]);
    expect(one).toMatchObject({ x: 0, width: 250, pauseMs: null });
    expect(two).toMatchObject({ x: 750, width: 250, pauseMs: hour - 10_000 });
  });
  test('one that is still open has a width', () =>
    expect(layOut([exchange('x1', 0, null)])[0]?.width).toBe(1000));
  test('nothing', () => expect(layOut([])).toEqual([]));
});

const lines = (ai: number) => ({ ai, mixed: 0, unrecorded: 0, unknown: 0 });

describe('bucketDays', () => {
  test('days without commits are there', () => {
    const buckets = bucketDays([
      { key: '2026-01-30', lines: lines(1) },
      { key: '2026-02-01', lines: lines(2) },
    ]);
    expect(buckets.map(({ name, lines: { ai } }) => `${name} ${String(ai)}`)).toEqual([
      '2026-01-30 1',
      '2026-01-31 0',
      '2026-02-01 2',
    ]);
  });
  test.each([
    ['weeks that begin on Monday', '2026-01-01', '2026-06-30', 7, '2025-12-29'],
    ['months', '2020-01-31', '2026-06-30', 30, '2020-01'],
  ])('%s', (...[, first, last, days, name]) => {
    const buckets = bucketDays([
      { key: first, lines: lines(3) },
      { key: last, lines: lines(4) },
    ]);
    expect(buckets[0]).toEqual({ name, days, lines: lines(3) });
    expect(buckets.at(-1)?.lines.ai).toBe(4);
    expect(buckets.length).toBeLessThan(100);
  });
  test('what is no day is left out', () =>
    expect(bucketDays([{ key: null, lines: lines(1) }])).toEqual([]));
});

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [66, 100],
  [101, 200],
  [5001, 10_000],
])('niceTop(%d)', (most, want) => expect(niceTop(most)).toBe(want));

test.each([
  ['/', { kind: 'sessions' }],
  ['/nowhere', { kind: 'sessions' }],
  ['/session/sabc?at=xdef', { kind: 'session', id: 'sabc', at: 'xdef' }],
  ['/files', { kind: 'files', path: null, line: null }],
  ['/files/a%20b/100%25.ts?line=7', { kind: 'files', path: 'a b/100%.ts', line: 7 }],
  ['/files/100%.ts?line=-7', { kind: 'files', path: '100%.ts', line: null }],
  ['/approvals/a1', { kind: 'approvals', id: 'a1' }],
  ['/stats', { kind: 'stats' }],
])('parseRoute %s', (address, want) => expect(parseRoute(address)).toEqual(want));

test('addresses are read as they are written', () => {
  const path = 'a b/#1?/100%/ü.ts';
  expect(parseRoute(filePath(path, 3))).toEqual({ kind: 'files', path, line: 3 });
  expect(parseRoute(sessionPath('s1', 'x2'))).toEqual({ kind: 'session', id: 's1', at: 'x2' });
});

const line = (number: number, more: Partial<BlameLine>): BlameLine => ({
  line: number,
  text: '',
  commit: 'c1',
  author: 'Ada',
  time: '2026-01-01T00:00:00.000Z',
  origin: 'unrecorded',
  agent: null,
  model: null,
  session: null,
  exchange: null,
  evidence: null,
  signed: false,
  ...more,
});

test('lines of one exchange stand together with its prompt', () => {
  const prompt = {
    exchange: 'x1',
    session: 's1',
    prompt: 'do it',
    startedAtMs: 0,
    principal: { name: 'Ada', email: 'ada@example.com' },
  };
  const blocks = blocksOf({
    path: 'a',
    commit: null,
    lines: [
      line(1, {}),
      line(2, { origin: 'ai', exchange: 'x1' }),
      line(3, { origin: 'ai', exchange: 'x1' }),
      line(4, { origin: 'mixed', exchange: 'x1' }),
      line(5, { commit: 'c2' }),
    ],
    summary: { ai: 2, mixed: 1, unrecorded: 2, unknown: 0 },
    prompts: [prompt],
  });
  expect(blocks.map((block) => block.lines.map((one) => one.line))).toEqual([
    [1],
    [2, 3],
    [4],
    [5],
  ]);
  expect(blocks.map((block) => block.prompt?.prompt ?? null)).toEqual([
    null,
    'do it',
    'do it',
    null,
  ]);
});

test('words', () => {
  expect([340, 1234, 240_000, 7_200_000, 259_200_000].map(spanOf)).toEqual([
    '340 ms',
    '1.2 s',
    '4 min',
    '2 h',
    '3 d',
  ]);
  expect([812, 3400, 1_230_000].map(shortOf)).toEqual(['812', '3.4k', '1.2M']);
  expect([shareOf(1, 0), shareOf(1, 3), shareOf(1, 200)]).toEqual(['–', '33 %', '0.5 %']);
  expect([agoOf(0, 10_000), agoOf(0, 240_000), agoOf(240_000, 0)]).toEqual([
    'just now',
    '4 min ago',
    'in 4 min',
  ]);
});
