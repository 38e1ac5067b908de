// Texts cut over the events of a reply, against a search that reads each event as JSON and remembers everything.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson, stringsIn } from '../../src/model/json.ts';
import { openFormFinder } from '../../src/store/find-forms.ts';
import { openBatchFinder } from '../../src/store/find-in-batch.ts';

/** Few signs, so that what is cut is often almost there; with some that JSON escapes, and one that is two code units. */
const text = fc.string({
  unit: fc.constantFrom('a', 'n', '"', '\\', '\n', '-', 'é', '\u{1f600}'),
  maxLength: 6,
});
const form = fc.string({
  unit: fc.constantFrom('a', 'n', '"', '\n', '-', 'é'),
  minLength: 2,
  maxLength: 7,
});

/** Encoders differ: some write all that is not ASCII as escapes, some even more. */
const encoders: readonly ((value: unknown) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value).replaceAll(/[^ -~]/g, escaped),
  (value) => JSON.stringify(value).replaceAll('-', escaped),
];
const escaped = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

function isSplit(strings: readonly string[], wanted: string): boolean {
  const begun = new Set<number>();
  for (const string of strings.filter((each) => each !== '')) {
    const before = [...begun];
    for (const length of before) {
      const left = wanted.slice(length);
      if (string.startsWith(left)) return true;
      if (left.startsWith(string)) begun.add(length + string.length);
    }
    for (let length = 1; length < wanted.length; length += 1)
      if (string.endsWith(wanted.slice(0, length))) begun.add(length);
  }
  return false;
}

test('finds what reading every event finds', () => {
  fc.assert(
    fc.property(
      fc.array(form, { minLength: 1, maxLength: 3 }),
      fc.array(text, { maxLength: 14 }),
      fc.constantFrom(...encoders),
      (forms, texts, encode) => {
        const events = texts.map((each) => `data: ${encode({ type: 'b', delta: { text: each } })}`);
        const lines = events.join('\n\n');
        const strings = events.flatMap((event) => stringsIn(parseJson(event.slice(6))));
        const found = openFormFinder(forms)([Buffer.from(lines)], true);
        const want = forms.flatMap((each, index) => (isSplit(strings, each) ? [index] : []));
        expect(found).toEqual(expect.arrayContaining(want));
        // others stand there in one piece
        const plain = lines.replaceAll(/\\+u([\da-f]{4})/g, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
        const places = [lines, plain, ...strings];
        const more = forms.filter((_, index) => found.includes(index) && !want.includes(index));
        expect(more.filter((each) => !places.some((place) => place.includes(each)))).toEqual([]);
      },
    ),
    { numRuns: 600 },
  );
});

test('many replies at once: what each of them holds', () => {
  fc.assert(
    fc.property(
      fc.array(form, { minLength: 1, maxLength: 3 }),
      fc.array(fc.array(text, { maxLength: 8 }), { maxLength: 4 }),
      fc.constantFrom(...encoders),
      (forms, replies, encode) => {
        const bodies = replies.map((texts) =>
          Buffer.from(texts.map((each) => `data: ${encode({ t: each })}\n\n`).join('')),
        );
        const find = openFormFinder(forms);
        const want = bodies.flatMap((body, row) => {
          const held = find([body], true);
          return held.length === 0 ? [] : [{ row, forms: held }];
        });
        const pieces = bodies.map((body, row) => ({ row, bytes: body.length, isReply: true }));
        expect(openBatchFinder(forms)(Buffer.concat(bodies), pieces)).toEqual(want);
      },
    ),
    { numRuns: 600 },
  );
});

test('half a sign in one event and half in the next', () => {
  const halves = [String.raw`data: {"text":"x\ud83d"}`, String.raw`data: {"text":"\ude00y"}`];
  const find = openFormFinder(['x\u{1f600}y']);
  expect(find([Buffer.from(halves.join('\n'))], true)).toEqual([0]);
  expect(find([Buffer.from(halves.toReversed().join('\n'))], true)).toEqual([]);
});

const event = (part: string): Buffer => Buffer.from(`data: ${JSON.stringify({ text: part })}\n`);

test('one reply says nothing of the next', () => {
  const find = openFormFinder(['blue-moon']);
  expect(find([event('blue-')], true)).toEqual([]);
  expect(find([event('moon')], true)).toEqual([]);
  expect(find([event('blue-'), event('moon')], true)).toEqual([0]);
});
