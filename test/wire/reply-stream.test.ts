import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMarks } from '../../src/model/event-marks.ts';
import { CANARY, MASKED, maskCanaries } from './canary-mask.ts';
import { cutAt } from './cuts.ts';
import { openStream, runStream } from './run-stream.ts';
import { PROVIDERS, sseText, type Cutter, type Part, type Provider } from './streams.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const every =
  (length: number): Cutter =>
  (text) =>
    text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [''];
const cutOnce =
  (at: number): Cutter =>
  (text) => [text.slice(0, at), text.slice(at)];

const SECRET_PARTS: readonly Part[] = [
  { kind: 'thinking', text: 'let me think about it' },
  { kind: 'text', text: `the key is ${CANARY}, keep it. CANARY alone is fine` },
  {
    kind: 'call',
    name: 'Write',
    input: { file_path: '/a.ts', content: `x = "${CANARY}"\n`, n: 1.5 },
  },
];

describe.each(PROVIDERS)('$name', (provider) => {
  test('reads a whole stream and a whole document alike', () => {
    const events = runStream(provider, [
      sseText(provider, provider.events(SECRET_PARTS, every(7))),
    ]);
    const document = runStream(provider, [JSON.stringify(provider.document(SECRET_PARTS))], {
      kind: 'json',
    });
    const reading = events.stream.reading();
    expect(document.stream.reading()).toEqual(reading);
    expect(reading).toMatchObject({ isComplete: true, error: null });
    expect(reading?.usage).toEqual({
      inputTokens: 12,
      outputTokens: 77,
      cacheReadTokens: 5,
      cacheWriteTokens: null,
    });
    expect(reading?.blocks).toEqual([
      { kind: 'thinking', text: 'let me think about it' },
      { kind: 'text', text: `the key is ${MASKED}, keep it. CANARY alone is fine` },
      {
        kind: 'tool-call',
        call: {
          id: provider.callId,
          name: 'Write',
          input: { file_path: '/a.ts', content: `x = "${MASKED}"\n`, n: 1.5 },
        },
      },
    ]);
  });

  test('masks at every split position, whole and nowhere early', () => {
    for (let at = 0; at <= 60; at += 1) {
      const text = sseText(provider, provider.events(SECRET_PARTS, cutOnce(at)));
      const { client, record, stream } = runStream(provider, [text]);
      expect(client).not.toContain(CANARY);
      expect(record).toBe(client);
      expect(stream.reading()).toEqual(
        runStream(provider, [
          maskCanaries(sseText(provider, provider.events(SECRET_PARTS, every(999)))),
        ]).stream.reading(),
      );
    }
  });

  test('every copy is masked alike when single characters arrive', () => {
    const text = sseText(provider, provider.events(SECRET_PARTS, every(1)));
    const { client, stream } = runStream(provider, cutAt(Buffer.from(text), [3, 500, 1000, 1001]));
    // Responses says everything four times
    const copies = provider.name === 'openai-responses' ? 8 : 2;
    expect(client.split(MASKED)).toHaveLength(copies + 1);
    expect(client).not.toMatch(/qwertzui/);
    expect(stream.masks()).toHaveLength(2);
    expect(stream.masks()[0]).toMatchObject({
      rule: 'canary',
      placeholder: MASKED,
      direction: 'toAgent',
      isForwarded: false,
    });
  });

  test('a stream without secrets comes out byte for byte, held text included', () => {
    const parts: readonly Part[] = [
      { kind: 'text', text: 'CANARY-qwe 漢字 🙂 CANARY-' },
      { kind: 'call', name: 'Edit', input: { path: 'é', text: 'CANARY' } },
    ];
    for (const end of ['\n', '\r\n', '\r']) {
      const bytes = Buffer.from(sseText(provider, provider.events(parts, every(2)), end));
      const single = runStream(
        provider,
        cutAt(
          bytes,
          Array.from({ length: bytes.length }, (_, i) => i),
        ),
      );
      expect(single.client).toBe(bytes.toString());
      expect(single.stream.digests()).toEqual({
        responseSha256: sha256(bytes),
        clientSha256: sha256(bytes),
        responseBytes: bytes.length,
        recordBytes: bytes.length,
      });
    }
  });

  test('the terminal piece is one, and holds the last event', () => {
    const events = provider.events(SECRET_PARTS, every(5));
    const { pieces } = runStream(provider, [sseText(provider, events)]);
    expect(pieces.map((piece) => piece.isTerminal)).toEqual([false, true]);
    const last = Buffer.from(pieces[1]?.client ?? []).toString();
    const want = sseText(provider, events.slice(-1));
    expect(last).toBe(maskCanaries(want));
  });

  test('what masks reach the record alone leaves the client’s bytes as they were', () => {
    const text = sseText(provider, provider.events(SECRET_PARTS, every(3)));
    const { client, record, stream } = runStream(provider, [text], { reaches: () => 'record' });
    expect(client).toBe(text);
    expect(record).not.toContain('qwertz');
    expect(record).toContain(MASKED);
    expect(stream.masks()[0]).toMatchObject({ direction: 'atRest', isForwarded: true });
  });

  test('a cut stream gives no unfinished call and ends with a terminal piece', () => {
    const events = provider.events(SECRET_PARTS, every(4));
    const text = sseText(provider, events);
    const at = text.indexOf('Write');
    const { pieces, stream, client } = runStream(provider, [text.slice(0, at + 5)], {
      isCut: true,
    });
    expect(pieces.filter((piece) => piece.isTerminal)).toHaveLength(1);
    const reading = stream.reading();
    expect(reading?.isComplete).toBe(false);
    expect(reading?.blocks.filter((block) => block.kind === 'tool-call')).toEqual([]);
    expect(client).not.toContain(CANARY);
  });

  test('a document keeps every byte but the secret', () => {
    const text = JSON.stringify(provider.document(SECRET_PARTS), null, 2);
    const spaced = text.replace('"model"', '"mo\\u0064el"');
    const { client } = runStream(provider, cutAt(Buffer.from(spaced), [7, 90]), { kind: 'json' });
    expect(client).toBe(maskCanaries(spaced));
  });
});

const anyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const anyPart: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: anyText }),
  fc.record({ kind: fc.constant('thinking' as const), text: anyText }),
  fc.record({
    kind: fc.constant('call' as const),
    name: fc.constantFrom('Write', 'shell'),
    input: fc.dictionary(
      fc.string(),
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean()),
    ),
  }),
);

test('with nothing to mask the client’s digest is the model’s: random streams, any cut', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PROVIDERS),
      fc.array(anyPart, { maxLength: 5 }),
      fc.record({
        fragment: fc.integer({ min: 1, max: 9 }),
        end: fc.constantFrom('\n', '\r\n', '\r'),
        cuts: fc.array(fc.nat(4000), { maxLength: 30 }),
        isCut: fc.boolean(),
        noise: fc.constantFrom(
          '',
          ': keep-alive\n\n',
          'retry: 10\n\n',
          'event: odd\ndata: {"type":"odd"}\n\n',
        ),
      }),
      (provider: Provider, parts, { fragment, end, cuts, isCut, noise }) => {
        const text = noise + sseText(provider, provider.events(parts, every(fragment)), end);
        const bytes = Buffer.from(text);
        const { stream } = runStream(provider, cutAt(bytes, cuts), { isCut });
        const { responseSha256, clientSha256 } = stream.digests();
        expect(clientSha256).toBe(responseSha256);
        expect(responseSha256).toBe(sha256(bytes));
        expect(stream.masks()).toEqual([]);
      },
    ),
    { numRuns: 400 },
  );
});

/** @param cuts in UTF-16 units: also between the halves of a pair. */
const cutUnits =
  (cuts: readonly number[]): Cutter =>
  (text) => {
    const bytes = Buffer.from(text, 'utf16le');
    const edges = cuts.map((cut) => cut * 2);
    return cutAt(bytes, edges).map((piece) => Buffer.from(piece).toString('utf16le'));
  };

test('what comes out does not depend on where the text was cut', () => {
  const word = fc.constantFrom(CANARY, 'CANARY-', 'CAN', ' ', 'é🙂', 'x', '"\\', 'qwertzui');
  fc.assert(
    fc.property(
      fc.constantFrom(...PROVIDERS),
      fc.array(word, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(90), { maxLength: 12 }),
      (provider, words, cuts) => {
        const parts: readonly Part[] = [
          { kind: 'text', text: words.join('') },
          { kind: 'call', name: 'Write', input: { content: words.join('') } },
        ];
        const ran = runStream(provider, [
          sseText(provider, provider.events(parts, cutUnits(cuts))),
        ]);
        expect(ran.client).not.toContain(CANARY);
        expect(ran.stream.reading()?.blocks).toMatchObject([
          { kind: 'text', text: maskCanaries(words.join('')) },
          { kind: 'tool-call', call: { input: { content: maskCanaries(words.join('')) } } },
        ]);
      },
    ),
    { numRuns: 300 },
  );
});

test('a held event holds back what follows, and a keep-alive overtakes only after a while', () => {
  const [provider] = PROVIDERS;
  if (provider === undefined) throw new Error('no provider');
  const events = provider.events([{ kind: 'text', text: 'CANARY-' }], every(99));
  let nowMs = 0;
  const stream = openStream(provider, { clock: () => nowMs });
  const give = (data: readonly (object | string)[]): string =>
    stream
      .push(Buffer.from(sseText(provider, data)))
      .map((piece) => Buffer.from(piece.client).toString())
      .join('');
  const ping = [{ type: 'ping' }];
  expect(give(events.slice(0, 4))).not.toContain('CANARY');
  nowMs = 500;
  expect(give(ping)).toBe('');
  nowMs = 2000;
  expect(give(ping)).toBe(sseText(provider, ping));
  expect(give(events.slice(4, 5))).toContain('CANARY-');
  const times = parseMarks(stream.marks()).map((mark) => mark.atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.length).toBe(7);
});
