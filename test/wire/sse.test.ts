import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSseFramer, reframe, type SseFrame } from '../../src/wire/sse.ts';
import { cutAt } from './cuts.ts';

const frame = (text: string, cuts: readonly number[] = []): readonly SseFrame[] => {
  const framer = openSseFramer();
  return cutAt(Buffer.from(text), cuts).flatMap((bytes) => framer.push(bytes));
};

test.each([
  [
    'LF',
    'event: a\ndata: 1\n\ndata: 2\n\n',
    [
      ['a', '1'],
      [null, '2'],
    ],
  ],
  [
    'CRLF',
    'event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n',
    [
      ['a', '1'],
      [null, '2'],
    ],
  ],
  [
    'CR',
    'event: a\rdata: 1\r\rdata: 2\r\r',
    [
      ['a', '1'],
      [null, '2'],
    ],
  ],
  ['BOM', '\uFEFFdata: 1\n\n', [[null, '1']]],
  ['data over several lines', 'data: {"a":\ndata: 1}\n\n', [[null, '{"a":\n1}']]],
  ['no blank after the colon', 'data:1\n\n', [[null, '1']]],
  ['only one blank is taken', 'data:  1\n\n', [[null, ' 1']]],
  ['comment, retry and id', ': hi\nretry: 5\nid: 7\ndata: 1\n\n', [[null, '1']]],
  ['emoji and CJK', 'data: 🙂漢字\n\n', [[null, '🙂漢字']]],
])('frames %s in every cut', (_, text, want) => {
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const frames = frame(text, [cut]).filter((one) => one.hasData);
    expect(frames.map((one) => [one.event, one.data])).toEqual(want);
  }
  const single = Array.from({ length: bytes.length }, (__, i) => i);
  expect(frame(text, single).filter((one) => one.hasData)).toHaveLength(want.length);
});

test('a block without data is a frame that dispatches nothing', () => {
  expect(frame(': keep-alive\n\n')).toMatchObject([{ hasData: false, data: '', event: null }]);
});

test('the frames of any bytes in any cut are those bytes', () => {
  const piece = fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    'data: x',
    ': c',
    'event: e',
    '\uFEFF',
    'é漢🙂',
    '',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }),
      fc.array(fc.nat(200), { maxLength: 12 }),
      (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        const framer = openSseFramer();
        const frames = cutAt(bytes, cuts).flatMap((chunk) => framer.push(chunk));
        const out = Buffer.concat([
          ...frames.map((one) => one.raw),
          framer.end() ?? Buffer.alloc(0),
        ]);
        expect(out.equals(bytes)).toBe(true);
        expect(framer.heldBytes()).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
});

describe('reframe keeps everything but the data', () => {
  test.each([
    ['LF', 'event: a\ndata: 1\n\n', '2', 'event: a\ndata: 2\n\n'],
    ['CRLF', 'id: 3\r\ndata: 1\r\n\r\n', '2', 'id: 3\r\ndata: 2\r\n\r\n'],
    ['CR and no blank', 'data:1\r\r', '2', 'data:2\r\r'],
    [
      'two lines',
      ': c\ndata: {\ndata: 1}\nevent: e\n\n',
      '{\n2}',
      ': c\ndata: {\ndata: 2}\nevent: e\n\n',
    ],
    ['BOM', '\uFEFFdata: 1\n\n', '2', '\uFEFFdata: 2\n\n'],
  ])('%s', (...[, text, data, want]) => {
    const [first] = frame(text);
    expect(first && Buffer.from(reframe(first, data)).toString()).toBe(want);
  });

  test('the same data gives the same bytes', () => {
    const text = 'event: a\r\ndata: {"a":\r\ndata:  1}\r\n\r\n';
    const [first] = frame(text);
    expect(first && Buffer.from(reframe(first, first.data)).toString()).toBe(text);
  });
});
