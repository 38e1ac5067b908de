// The adversarial replies, each as it is, with every text cut in two at every place, and in other network chunks: nobody
// gets a secret, everything else arrives as it was.
import { deflateSync, brotliCompressSync, gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/model/json.ts';
import type { ChannelMask } from '../../src/model/secret.ts';
import type { TextSite } from '../../src/model/wire.ts';
import { openTextMask } from '../../src/secrets/channel-mask.ts';
import { openJsonMask } from '../../src/secrets/json-mask.ts';
import { maskText } from '../../src/secrets/mask-text.ts';
import { makePlaceholder } from '../../src/secrets/placeholder.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { decodeContent } from '../../src/wire/decode-content.ts';
import { openRequestMasker } from '../../src/wire/mask-request.ts';
import { PAT } from './cases/canaries.ts';
import { CALL_CASES } from './cases/call-cases.ts';
import { PROTOCOL_CASES } from './cases/protocol-cases.ts';
import { readTexts } from './cases/read-texts.ts';
import { bytesOf, every, said, text, type StreamCase } from './cases/stream-case.ts';
import { TEXT_CASES } from './cases/text-cases.ts';
import { openStream, runStream } from './run-stream.ts';
import type { Cutter } from './streams.ts';

const masker = { scanner: openScanner(), key: Buffer.alloc(32, 7) };
const openMask = (site: TextSite): ChannelMask =>
  site.field === 'arguments' ? openJsonMask(masker) : openTextMask(masker);
const CASES = [...TEXT_CASES, ...CALL_CASES, ...PROTOCOL_CASES];

const MARK = '\u25AE';
const PLACEHOLDERS = /AITRAIL_[a-z0-9_]+?_[0-9a-f]{8}/g;
/** Positions tried in a long text; all of them in a short one. */
const POSITIONS_MAX = 240;
const HELD_MAX = 16_384;

const marked = (texts: ReadonlyMap<string, string>, secrets: readonly string[]): object =>
  Object.fromEntries(
    [...texts].map(([channel, words]) => [
      channel,
      secrets.reduce((kept, secret) => kept.replaceAll(secret, MARK), words),
    ]),
  );
const unmarked = (texts: ReadonlyMap<string, string>): object =>
  Object.fromEntries(
    [...texts].map(([channel, words]) => [channel, words.replaceAll(PLACEHOLDERS, MARK)]),
  );

/** What came out, and what should have; on both sides placeholders and secrets are marks. */
interface Outcome {
  readonly got: unknown;
  readonly wanted: unknown;
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function run(one: StreamCase, body: Uint8Array, chunks: readonly Uint8Array[]): Outcome {
  const { provider, kind, isCut, isSealed, secrets } = one;
  const { pieces } = runStream(provider, chunks, { kind, openMask, isCut });
  const [client, record] = (['client', 'record'] as const).map((side) =>
    Buffer.concat(pieces.map((piece) => piece[side])),
  );
  const isAsSent = secrets.length === 0 || isSealed;
  const sides = [isAsSent ? [] : [client], secrets.length === 0 ? [] : [record]].flat();
  return {
    got: [
      isAsSent ? latin(client ?? EMPTY) === latin(body) : true,
      ...sides.map((bytes) => readSide(one, bytes ?? EMPTY)),
    ],
    wanted: [true, ...sides.map(() => wantedOf(one, body))],
  };
}

const EMPTY = Buffer.alloc(0);

function readSide(one: StreamCase, out: Uint8Array): object {
  const leaks = one.secrets.filter((secret) => latin(out).includes(secret));
  if (one.kind === 'bytes') return { leaks, body: latin(out).replaceAll(PLACEHOLDERS, MARK) };
  const { texts, shapes } = readTexts(out, one.kind);
  if (!one.losesProbabilities) return { leaks, texts: unmarked(texts), shapes };
  const words = [...texts.values()].join(' ');
  return { leaks, isMasked: words.includes('AITRAIL_'), isTold: words.includes(PAT.slice(0, 9)) };
}

function wantedOf(one: StreamCase, body: Uint8Array): object {
  const leaks: string[] = [];
  const [secret = ''] = one.secrets;
  if (one.kind === 'bytes') return { leaks, body: latin(body).replaceAll(secret, MARK) };
  const { texts, shapes } = readTexts(body, one.kind);
  if (one.losesProbabilities) return { leaks, isMasked: true, isTold: false };
  return { leaks, texts: marked(texts, one.secrets), shapes };
}

/** Most characters of a text in this case. */
function longest(one: StreamCase): number {
  let most = 0;
  one.body((words) => {
    most = Math.max(most, words.length);
    return [words];
  });
  return most;
}

const cutIn2 =
  (at: number): Cutter =>
  (words) =>
    at < words.length ? [words.slice(0, at), words.slice(at)] : [words];

/** The case's body in ever other pieces. */
function* recuts(one: StreamCase): Generator<readonly [Uint8Array, readonly Uint8Array[]]> {
  const length = longest(one);
  const step = Math.max(1, Math.ceil(length / POSITIONS_MAX));
  for (let at = 1; at < length; at += step) {
    const body = one.body(cutIn2(at));
    yield [body, [body]];
  }
  const own = one.body(one.cut);
  for (const size of own.length < 20_000 ? [1, 7] : [997]) yield [own, bytesOf(size)(own)];
  for (const size of [1, 2]) {
    const fine = one.body(every(length > 2000 ? size * 61 : size));
    yield [fine, [fine]];
  }
}

describe.each(CASES)('$id $title', (one) => {
  test('as it is', () => {
    const body = one.body(one.cut);
    const { got, wanted } = run(one, body, one.tcp(body));
    expect(got).toEqual(wanted);
  });

  test.runIf(one.isRecut)('every place to cut, other chunks', () => {
    for (const [body, chunks] of recuts(one)) {
      const { got, wanted } = run(one, body, chunks);
      expect(got).toEqual(wanted);
    }
  });

  test.runIf(one.kind === 'sse')('what is held is bounded', () => {
    const body = Buffer.from(one.body(one.cut)).toString('latin1');
    const stream = openStream(one.provider, { openMask });
    const waiting: number[] = [];
    for (const event of body.split(/(?<=\n\n)/)) {
      waiting.push(textLength(event));
      const pieces = stream.push(Buffer.from(event, 'latin1'));
      const out = pieces.map((piece) => Buffer.from(piece.client).toString('latin1')).join('');
      waiting.splice(0, out.split('\n\n').length - 1); // events go out in their order
      expect(waiting.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(HELD_MAX);
    }
  });
});

/** Characters of model text in an event. */
const textLength = (event: string): number =>
  [...readTexts(Buffer.from(event), 'sse').texts].reduce(
    (sum, [channel, words]) => (TEXT.test(channel) ? sum + words.length : sum),
    0,
  );
const TEXT = /\.(?:text|thinking|partial_json|content|arguments|delta|input)$/;

test('the same secret is the same placeholder, everywhere', () => {
  const found = CASES.filter((one) => one.secrets.length === 1 && one.secrets[0] === PAT).flatMap(
    (one) => {
      const { record } = runStream(one.provider, [one.body(one.cut)], { kind: one.kind, openMask });
      return record.match(PLACEHOLDERS) ?? [];
    },
  );
  expect(new Set(found)).toEqual(new Set([makePlaceholder(masker.key, 'github_pat', PAT)]));
});

test('arguments are JSON at the end, with everything else as it was', () => {
  for (const one of CALL_CASES.filter(({ id }) => id !== 'S054' && id !== 'S053')) {
    const { stream } = runStream(one.provider, [one.body(one.cut)], { kind: one.kind, openMask });
    const calls = (stream.reading()?.blocks ?? []).filter((block) => block.kind === 'tool-call');
    for (const { call } of calls) expect(typeof call.input).toBe('object');
  }
});

describe.each([
  ['S063', 'gzip', gzipSync],
  ['S064', 'deflate', deflateSync],
  ['S065', 'br', brotliCompressSync],
])('%s content-encoding %s', (id, encoding, compress) => {
  test('in chunks of 9 bytes', async () => {
    const one = said([id, encoding, 'anthropic'], [text(`Use ${PAT} now`)], {
      secrets: [PAT],
      cut: every(3),
    });
    const body = one.body(one.cut);
    const chunks: Uint8Array[] = [];
    const packed = bytesOf(9)(compress(body));
    for await (const chunk of decodeContent(encoding, Readable.from(packed))) chunks.push(chunk);
    const { got, wanted } = run(one, body, chunks);
    expect(got).toEqual(wanted);
  });
});

describe('requests', () => {
  const requests = openRequestMasker({
    maskText: (words) => maskText(masker, words),
    hide: (kind, value) => makePlaceholder(masker.key, kind, value),
  });

  test('S079 an image of 1 MB stays', () => {
    const data = Buffer.alloc(1_000_000, 'abc\u0001\u0082').toString('base64');
    const source = { type: 'base64', media_type: 'image/png', data };
    const body = JSON.stringify({
      messages: [{ role: 'user', content: [{ type: 'image', source }] }],
    });
    const { slices, masks } = requests.mask(Buffer.from(body));
    expect(masks).toEqual([]);
    expect(Buffer.concat(slices).toString() === body).toBe(true);
  });

  test('S081 a tool result with a .env file', () => {
    const content = `TOKEN=${PAT}\nDEBUG=1\n`;
    const body = JSON.stringify({
      messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content }] }],
    });
    const { slices } = requests.mask(Buffer.from(body));
    const masked = Buffer.concat(slices).toString();
    expect(masked.replaceAll(PLACEHOLDERS, PAT)).toBe(body);
    expect(parseJson(masked)).toBeDefined();
    expect(masked).not.toContain(PAT);
  });
});

test('all 83 are here', () => {
  const others = ['S063', 'S064', 'S065', 'S079', 'S081'];
  const ids = [...CASES.map(({ id }) => id), ...others].toSorted();
  expect(ids).toEqual(Array.from({ length: 83 }, (_, i) => `S0${String(i + 1).padStart(2, '0')}`));
});
