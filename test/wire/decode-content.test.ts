import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  acceptEncoding,
  decodeBody,
  decodeContent,
  isDecodable,
} from '../../src/wire/decode-content.ts';
import { cutAt } from './cuts.ts';
import { storedFrame } from './stored-frame.ts';

const ENCODERS = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
] as const;

async function* given(chunks: readonly Uint8Array[], failure?: Error): AsyncGenerator<Uint8Array> {
  yield* chunks;
  if (failure !== undefined) throw failure;
}

async function decoded(
  encoding: string | null,
  source: AsyncIterable<Uint8Array>,
): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of decodeContent(encoding, source)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

test.each(ENCODERS)('%s in any cut', async (name, encode) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(80)), async (text, cuts) => {
      const bytes = encode(Buffer.from(text));
      expect(await decoded(name, given(cutAt(bytes, cuts)))).toBe(text);
    }),
    { numRuns: 40 },
  );
});

test('encodings are undone last first, identity is none', async () => {
  const bytes = brotliCompressSync(gzipSync('hello'));
  expect(await decoded('gzip, br', given([bytes]))).toBe('hello');
  expect(await decoded('identity', given([Buffer.from('plain')]))).toBe('plain');
  expect(await decoded(null, given([Buffer.from('plain')]))).toBe('plain');
  expect(await decoded('gzip', given([]))).toBe('');
});

test('what was flushed comes out before more is there', async () => {
  const gzip = gzipSync('first event\n\n', { finishFlush: 2 });
  let isOver = false;
  const source = (async function* () {
    yield gzip;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    isOver = true;
    yield Buffer.alloc(0);
  })();
  const body = decodeContent('gzip', source)[Symbol.asyncIterator]();
  const first = await body.next();
  expect(Buffer.from(first.value ?? []).toString()).toBe('first event\n\n');
  expect(isOver).toBe(false);
  await body.return?.();
});

test('a body that breaks off gives all that came, then why', async () => {
  const cut = gzipSync('x'.repeat(5000), { finishFlush: 2 });
  const body = decodeContent('gzip', given([cut], new Error('reset')));
  const parts: Uint8Array[] = [];
  const read = async (): Promise<void> => {
    for await (const part of body) parts.push(part);
  };
  await expect(read()).rejects.toThrow('reset');
  expect(Buffer.concat(parts)).toHaveLength(5000);
});

test('bytes in another encoding, and an unknown encoding, are a fault', async () => {
  await expect(decoded('gzip', given([Buffer.from('no gzip')]))).rejects.toMatchObject({
    code: 'UPSTREAM_NONSENSE',
  });
  await expect(decoded('lzma', given([Buffer.from('x')]))).rejects.toMatchObject({
    code: 'UPSTREAM_NONSENSE',
  });
  expect([isDecodable('gzip, br'), isDecodable('lzma'), isDecodable(null)]).toEqual([
    true,
    false,
    true,
  ]);
});

test('a whole body is decoded up to its limit', async () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  expect(await decodeBody('gzip', bomb, 1_000_000)).toHaveLength(1_000_000);
  await expect(decodeBody('gzip', bomb, 999_999)).rejects.toMatchObject({
    code: 'UPSTREAM_NONSENSE',
  });
});

test.each([
  [null, 'identity'],
  ['identity', 'identity'],
  ['gzip, deflate', 'gzip, deflate'],
  ['br;q=1.0, gzip;q=0', 'br'],
  ['lzma', 'identity'],
  ['gzip, deflate, br, zstd', 'gzip, deflate, br, zstd'],
])('asks the upstream for %s as %s', (asked, want) => {
  expect(acceptEncoding(asked)).toBe(want);
});

/** `zstd -19` of `ZSTD_TEXT`. */
const ZSTD = [
  'KLUv/WTYAZUIAAbfPBagJcUcaH767Dmp6nLb3d3da/HV/6wBNwAzADUAQeeM880210zzzDJ3jjlllE82uWSSRxa5cs',
  'jZsV+3Xp36dOnt0XP8tmt6ljvhQYFgoGCBYQAICBcPPG+877a7brrnlrt33GmjfbbZZZM9tti1w84a66utrprqqaVu',
  'HXXSSB9tdNFEDy106TQyvdNjeuJZ0Yj0Sg/piWdFI+1tj/bEs6KR6I0e0TPH/HLLK6d8csmbR5444ocbXjjhgwsGR8',
  'iJZ0Uj2Zs9sieeFY1gL/bAnnhWNHK91+N64lnRiPVaD+uJZ0Uj1Vs9qieeFY1QL/WgnnhWAUeoEXDnR94/A+DX4e9/',
  'B4tz7mhnnW1RYvUqSQEre9tR',
].join('');
const ZSTD_TEXT = `hello zstd, hello zstd, hello zstd: ${Array.from({ length: 200 }, (_, i) => i + 1).join(' ')} `;

test('zstd in any cut, several frames', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.array(fc.nat(600)),
      async (text, cuts) => {
        const bytes = Buffer.concat([Buffer.from(ZSTD, 'base64'), storedFrame(Buffer.from(text))]);
        const want = ZSTD_TEXT + text;
        expect(await decoded('zstd', given(cutAt(bytes, cuts)))).toBe(want);
      },
    ),
    { numRuns: 40 },
  );
  await expect(decoded('zstd', given([Buffer.from('no zstd at all')]))).rejects.toMatchObject({
    code: 'UPSTREAM_NONSENSE',
  });
});
