// Replies under rules: refused calls become words of ours in the provider's own shape, everything else stays as it was.
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/model/json.ts';
import type { Block, WireReply } from '../../src/model/wire.ts';
import { pickFormat } from '../../src/wire/formats.ts';
import type { GatePolicy } from '../../src/wire/gated-events.ts';
import { openSseFramer } from '../../src/wire/sse.ts';
import { cutAt } from './cuts.ts';
import { openStream, runStream } from './run-stream.ts';
import { type Part, type Provider, PROVIDERS, sseText } from './streams.ts';

const WORDS = 'not today';
const PARTS: readonly Part[] = [
  { kind: 'text', text: 'Let me see.' },
  { kind: 'call', name: 'Write', input: { file_path: 'bad.txt', content: 'x'.repeat(50) } },
  { kind: 'call', name: 'Read', input: { file_path: 'good.txt' } },
];
const CALLS = { hasCalls: true, hasTexts: false };
const pieces = (text: string): readonly string[] => text.match(/.{1,9}/gsu) ?? [];

const refuseBad: GatePolicy = {
  watch: CALLS,
  judge: (unit) => (JSON.stringify(unit).includes('bad') ? WORDS : null),
};

function formatOf(provider: Provider) {
  const format = pickFormat(provider.protocol, 'POST', provider.path);
  if (format === null) throw new Error(`no format for ${provider.name}`);
  return format;
}

/** What a client makes of the bytes. */
function readStream(provider: Provider, text: string): WireReply {
  const reader = formatOf(provider).openReplyReader();
  for (const frame of openSseFramer().push(Buffer.from(text)))
    if (frame.hasData) reader.push(parseJson(frame.data) ?? frame.data, frame.event);
  return reader.finish(false);
}

const told = (blocks: readonly Block[]): readonly string[] =>
  blocks.map((block) => {
    if (block.kind === 'tool-call') return `call ${block.call.name}`;
    return block.kind === 'text' ? block.text : block.kind;
  });

const streamOf = (provider: Provider, parts: readonly Part[]): string =>
  sseText(provider, provider.events(parts, pieces));

test.each(PROVIDERS)('$name: one of two calls is refused', (provider) => {
  const { client, record, stream } = runStream(provider, [streamOf(provider, PARTS)], {
    gate: refuseBad,
  });
  const blocks = told(readStream(provider, client).blocks).join('\n');
  expect(blocks).toContain(WORDS);
  expect(blocks).toContain('call Read');
  expect(blocks).not.toContain('call Write');
  expect(client).not.toContain('bad.txt');
  // the record has what the model sent
  expect(record).toBe(streamOf(provider, PARTS));
  expect(stream.withheld().map((unit) => unit.kind)).toEqual(['call']);
  expect(stream.reading()?.blocks.filter((block) => block.kind === 'tool-call')).toHaveLength(2);
});

const STOPS: Readonly<Record<string, string>> = {
  'anthropic-messages': 'end_turn',
  'openai-responses': 'completed',
  'openai-chat': 'stop',
  gemini: 'STOP',
};

test.each(PROVIDERS)('$name: without its only call the reply ends as one of words', (provider) => {
  const parts = PARTS.slice(0, 2);
  const ending = streamOf(provider, parts)
    .replace('"end_turn"', '"tool_use"')
    .replace('"finish_reason":"stop"', '"finish_reason":"tool_calls"');
  const reply = readStream(provider, runStream(provider, [ending], { gate: refuseBad }).client);
  expect(told(reply.blocks).join('')).toBe(`Let me see.${WORDS}`);
  expect(reply).toMatchObject({ isComplete: true, stopReason: STOPS[provider.name] });
});

test.each(PROVIDERS)('$name: the same in one document', (provider) => {
  const document = provider.document(PARTS);
  const { client } = runStream(provider, [JSON.stringify(document)], {
    kind: 'json',
    gate: refuseBad,
  });
  const { blocks } = formatOf(provider).parseReply(parseJson(client));
  expect(told(blocks).join('\n')).toContain(WORDS);
  expect(told(blocks)).toContain('call Read');
  expect(told(blocks)).not.toContain('call Write');
});

test.each(PROVIDERS)('$name: a text that is refused, and the call behind it stays', (provider) => {
  const gate: GatePolicy = {
    watch: { hasCalls: true, hasTexts: true },
    judge: (unit) => (unit.kind === 'text' ? WORDS : null),
  };
  const text = streamOf(
    provider,
    [PARTS[0], PARTS[2]].filter((part) => part !== undefined),
  );
  const { client } = runStream(provider, [text], { gate });
  expect(told(readStream(provider, client).blocks)).toEqual([WORDS, 'call Read']);
});

test.each(PROVIDERS)('$name: nothing refused, every byte in every cut', (provider) => {
  const text = streamOf(provider, PARTS);
  const gate: GatePolicy = { watch: { hasCalls: true, hasTexts: true }, judge: () => null };
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const { client } = runStream(provider, cutAt(Buffer.from(text), cuts), { gate });
      expect(client).toBe(text);
    }),
    { numRuns: 20 },
  );
});

test.each(PROVIDERS)('$name: no part of a call goes out before it is judged', async (provider) => {
  const person = new EventEmitter();
  const verdict = once(person, 'answer').then(() => WORDS);
  const gate: GatePolicy = { watch: CALLS, judge: () => verdict };
  const stream = openStream(provider, { gate });
  const out = [...stream.push(Buffer.from(streamOf(provider, PARTS.slice(0, 2))))];
  const client = (): string => Buffer.concat(out.map((piece) => piece.client)).toString();
  expect(stream.held()).not.toBeNull();
  expect(client()).not.toContain('bad.txt');
  expect(out.some((piece) => piece.isTerminal)).toBe(false);
  person.emit('answer');
  await stream.held();
  out.push(...stream.resume(), ...stream.end(false));
  expect(told(readStream(provider, client()).blocks).join('')).toContain(WORDS);
  expect(out.filter((piece) => piece.isTerminal)).toHaveLength(1);
});

test('a verdict that fails stops the reply', async () => {
  const [provider] = PROVIDERS;
  if (provider === undefined) throw new Error('no providers');
  const gate: GatePolicy = { watch: CALLS, judge: () => Promise.reject(new Error('no')) };
  const stream = openStream(provider, { gate });
  stream.push(Buffer.from(streamOf(provider, PARTS)));
  await stream.held();
  const rest = Buffer.concat(stream.resume().map((piece) => piece.client)).toString();
  expect(rest).toContain('event: error');
  expect(rest).not.toContain('bad.txt');
});

test('a reply cut inside of a call: the client gets what stood before it, the record all', () => {
  const [provider] = PROVIDERS;
  if (provider === undefined) throw new Error('no providers');
  const text = streamOf(provider, PARTS);
  const cut = text.slice(0, text.indexOf('"index":1}'));
  const at = cut.lastIndexOf('\n\n') + 2;
  const { client, record } = runStream(provider, [cut.slice(0, at)], {
    gate: refuseBad,
    isCut: true,
  });
  expect(client).toBe(text.slice(0, client.length));
  expect(client).not.toContain('Write');
  expect(record).toBe(cut.slice(0, at));
});

test.each(PROVIDERS)(
  '$name: signs of life while a call is held change nothing',
  async (provider) => {
    const person = new EventEmitter();
    const gate: GatePolicy = { watch: CALLS, judge: () => once(person, 'yes').then(() => null) };
    const text = streamOf(provider, PARTS.slice(0, 2));
    const stream = openStream(provider, { gate });
    const before = stream.push(Buffer.from(text)).map((piece) => Buffer.from(piece.client));
    const signs = [stream.idle(), stream.idle()].map((sign) => Buffer.from(sign ?? []));
    person.emit('yes');
    await stream.held();
    const after = [...stream.resume(), ...stream.end(false)].map((piece) =>
      Buffer.from(piece.client),
    );
    expect(Buffer.concat([...before, ...after]).toString()).toBe(text);
    const client = Buffer.concat([...before, ...signs, ...after]);
    const frames = openSseFramer().push(signs[0] ?? Buffer.alloc(0));
    expect(frames.map((frame) => [frame.hasData, typeof parseJson(frame.data)])).toEqual([
      [true, 'object'],
    ]);
    expect(readStream(provider, client.toString())).toEqual(readStream(provider, text));
    expect(stream.digests().clientSha256).toBe(createHash('sha256').update(client).digest('hex'));
  },
);

test.each(PROVIDERS)('$name: before a held document white space is the sign', async (provider) => {
  const person = new EventEmitter();
  const gate: GatePolicy = { watch: CALLS, judge: () => once(person, 'yes').then(() => null) };
  const text = JSON.stringify(provider.document(PARTS));
  const stream = openStream(provider, { kind: 'json', gate });
  expect(stream.push(Buffer.from(text))).toEqual([]);
  expect(stream.end(false)).toEqual([]);
  const sign = Buffer.from(stream.idle() ?? []).toString();
  person.emit('yes');
  await stream.held();
  const rest = stream.resume().map((piece) => Buffer.from(piece.client));
  expect(parseJson(sign + Buffer.concat(rest).toString())).toEqual(parseJson(text));
});
