// `onRequest: mask`, the way back: a placeholder of this session's becomes its value for the client, wherever a format
// may cut it, and stays what it is in the record.
import { describe, expect, test } from 'vitest';
import type { ChannelMask } from '../../src/model/secret.ts';
import type { Block, TextSite } from '../../src/model/wire.ts';
import { openTextMask } from '../../src/secrets/channel-mask.ts';
import { openJsonMask } from '../../src/secrets/json-mask.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { openVeil } from '../../src/secrets/veil.ts';
import { maskText } from '../../src/secrets/mask-text.ts';
import { cutAt } from './cuts.ts';
import { runStream } from './run-stream.ts';
import { type Part, type Provider, PROVIDERS, sseText } from './streams.ts';

const key = Buffer.alloc(32, 7);
const veil = openVeil(key);
// what JSON must escape, and a line end
const VALUE = 'p"ss\\w\u00f6rd\n9x';
const NAME = veil.name('generic-password', VALUE);
const FOREIGN = 'AITRAIL_github_pat_0011aabb';
const scanner = openScanner();
const masker = {
  scanner,
  key,
  restore: (placeholder: string) => veil.restore(placeholder),
};
const openMask = (site: TextSite): ChannelMask => {
  if (site.field === 'sealed' || site.field === 'thinking') return openTextMask({ scanner, key });
  return site.field === 'arguments' ? openJsonMask(masker) : openTextMask(masker);
};

const partsOf = (value: string): readonly Part[] => [
  { kind: 'text', text: `It is ${value}, not ${FOREIGN}; ${value}_x.` },
  {
    kind: 'call',
    name: 'Edit',
    input: { path: 'a', old: `p: ${value}`, new: `${value}\nq` },
  },
];
const callOf = (blocks: readonly Block[] = []): unknown =>
  blocks.find((block) => block.kind === 'tool-call');

const halves = (at: number) => (text: string) => [text.slice(0, at), text.slice(at)];

describe.each(PROVIDERS)('$name', (provider) => {
  const wanted = (value: string) =>
    runStream(provider, [wholeText(provider, partsOf(value))]).stream.reading()?.blocks;

  test('at every place to cut a text', () => {
    const longest = JSON.stringify(partsOf(NAME)[1]).length;
    for (let at = 1; at < longest; at += 1) {
      const text = sseText(provider, provider.events(partsOf(NAME), halves(at)));
      const { client, record, stream } = runStream(provider, [text], { openMask });
      expect(record).toBe(text);
      expect(client).not.toContain(NAME);
      const read = runStream(provider, [client]).stream.reading()?.blocks;
      expect(read).toEqual(wanted(VALUE));
      expect(callOf(stream.reading()?.blocks)).toEqual(callOf(wanted(NAME)));
    }
  });

  test('by single characters, in single bytes', () => {
    const bytes = Buffer.from(
      sseText(
        provider,
        provider.events(partsOf(NAME), (text) => text.match(/./gsu) ?? []),
      ),
    );
    const cuts = Array.from({ length: bytes.length }, (_, i) => i);
    const { client } = runStream(provider, cutAt(bytes, cuts), { openMask });
    expect(runStream(provider, [client]).stream.reading()?.blocks).toEqual(wanted(VALUE));
  });

  test('a whole body', () => {
    const body = JSON.stringify(provider.document(partsOf(NAME)));
    const { client, record, stream } = runStream(provider, [body], { openMask, kind: 'json' });
    expect(record).toBe(body);
    expect(JSON.parse(client)).toEqual(provider.document(partsOf(VALUE)));
    expect(stream.masks()).toMatchObject(
      stream.masks().map(() => ({ placeholder: NAME, direction: 'toAgent', isForwarded: true })),
    );
    expect(stream.masks().length).toBeGreaterThan(1);
  });

  test('what the model signed stays', () => {
    const parts: readonly Part[] = [{ kind: 'thinking', text: `so ${NAME} is it` }];
    const text = sseText(provider, provider.events(parts, halves(7)));
    const { client } = runStream(provider, [text], { openMask });
    expect(client).toBe(text);
  });
});

const wholeText = (provider: Provider, parts: readonly Part[]): string =>
  sseText(
    provider,
    provider.events(parts, (text) => [text]),
  );

const restore = (text: string, size: number): string => {
  const mask = openTextMask(masker);
  const steps = [
    ...(text.match(new RegExp(`[^]{1,${String(size)}}`, 'g')) ?? []).map((one) => mask.push(one)),
    mask.end(),
  ];
  let out = '';
  let at = 0;
  let decided = 0;
  for (const { edits, decidedTo } of steps) {
    for (const edit of edits) {
      expect(edit.start).toBeGreaterThanOrEqual(decided);
      expect(edit.end).toBeLessThanOrEqual(decidedTo);
      out += text.slice(at, edit.start) + edit.replacement;
      at = edit.end;
    }
    decided = decidedTo;
  }
  return out + text.slice(at);
};

describe('a text', () => {
  // a canary: valid nowhere
  const token = ['gh', 'p_', 'R8s2LqX0vBn4TzKd7W', 'mY1cJ6hPf3GaUe9NiQ'].join('');
  const masked = maskText({ scanner, key }, token).text;
  const long = 'ab'.repeat(3000);
  test.each([
    ['alone', NAME, VALUE],
    ['what only begins like one', 'AITRAIL_ and AITRAIL_gen', 'AITRAIL_ and AITRAIL_gen'],
    ['its beginning before it', `AITRAIL_${NAME}`, `AITRAIL_${VALUE}`],
    [
      'twice, and more of a name',
      `${NAME}${NAME} ${NAME}_${NAME}`,
      `${NAME}${VALUE} ${VALUE}_${VALUE}`,
    ],
    ['more letters', `${NAME}e`, `${NAME}e`],
    ['in a long word', `${long}/${NAME}/${long}`, `${long}/${VALUE}/${long}`],
    ['in a long name', `${long}${NAME} ${long}`, `${long}${VALUE} ${long}`],
    ['beside a secret', `${token} ${NAME} ${token}`, `${masked} ${VALUE} ${masked}`],
    ['as a password', `password=${NAME}\n`, `password=${VALUE}\n`],
    ['many beginnings', 'AITRAIL_'.repeat(500), 'AITRAIL_'.repeat(500)],
  ])('%s', (_, text, wanted) => {
    for (const size of [1, 2, 3, 7, 19, 64, 4096]) expect(restore(text, size)).toBe(wanted);
  });
});
