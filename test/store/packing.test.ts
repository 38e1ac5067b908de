// Bytes as they lie in a row come back as they were, one by one and many at once.
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  FLUSH_MARK,
  FLUSHED,
  pack,
  packFlushed,
  unpack,
  unpackJoined,
} from '../../src/store/packing.ts';

const noise = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * i * 7919 + (i >> 3) * 104_729) % 251));

const TEXTS: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['a few bytes', Buffer.from('{"a":1}')],
  ['a sentence', Buffer.from('change the first line, then the second line, then the third line')],
  ['what deflate cannot shorten', noise(300)],
  ['as much as fills a buffer of zlib, and a little more', noise(16_384 * 3)],
  ['a long stream', Buffer.from('event: delta\ndata: {"text":"x"}\n\n'.repeat(20_000))],
];

test.each(TEXTS)('%s', (_, bytes) => {
  expect(Buffer.from(unpack(pack(bytes))).equals(bytes)).toBe(true);
  expect(Buffer.from(unpack(packFlushed(bytes))).equals(bytes)).toBe(true);
});

test('several of them inflate as one', () => {
  const packed = TEXTS.map(([, bytes]) => ({ bytes, ...packFlushed(bytes) })).filter(
    ({ codec }) => codec === FLUSHED,
  );
  expect(packed.length).toBeGreaterThan(1);
  const joined = Buffer.concat(packed.flatMap(({ data }) => [data, FLUSH_MARK]));
  const all = Buffer.concat(packed.map(({ bytes }) => bytes));
  expect(unpackJoined(joined, all.length).equals(all)).toBe(true);
  expect(() => unpackJoined(joined, all.length + 1)).toThrow('in place of');
});

test('rows of versions before are read', () => {
  const bytes = Buffer.from('the same again and again '.repeat(9));
  expect(Buffer.from(unpack({ codec: 1, data: deflateRawSync(bytes) })).equals(bytes)).toBe(true);
});
