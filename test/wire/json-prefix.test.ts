// Arguments of calls are at every moment the beginning of a JSON text, with placeholders and values whole, whatever the
// cuts: after each event of each adversarial reply, masked and turned back.
import { describe, expect, test } from 'vitest';
import type { ChannelMask } from '../../src/model/secret.ts';
import type { TextSite } from '../../src/model/wire.ts';
import { openTextMask } from '../../src/secrets/channel-mask.ts';
import { openJsonMask } from '../../src/secrets/json-mask.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { openVeil } from '../../src/secrets/veil.ts';
import { CALL_CASES } from './cases/call-cases.ts';
import { readTexts } from './cases/read-texts.ts';
import { every, type StreamCase } from './cases/stream-case.ts';
import { type JsonPrefix, openJsonPrefix } from './json-prefix.ts';
import { openStream } from './run-stream.ts';
import { type Cutter, PROVIDERS, sseText } from './streams.ts';

const key = Buffer.alloc(32, 7);
const veil = openVeil(key);
const NAME = veil.name('password', 'a "quoted\\"\n\u0007 value \u00fc');
const masker = {
  scanner: openScanner(),
  key,
  restore: (placeholder: string) => veil.restore(placeholder),
};
const openMask = (site: TextSite): ChannelMask =>
  site.field === 'arguments' ? openJsonMask(masker) : openTextMask(masker);

const ARGUMENTS = /(?:\.|\/)(?:partial_json|arguments)$|function_call_arguments\.delta.*\.delta$/;
/** Copies of the whole come after the deltas. */
const COPY = /^(?:response\.\w+|response\.function_call_arguments)\.done|^response\.completed/;
const TORN_NAME = /AITRAIL(?:_[a-z0-9]*)*$/;
const WHOLE_NAME = /_[0-9a-f]{8}$/;

const isTorn = (text: string): boolean => {
  const name = TORN_NAME.exec(text)?.[0];
  return name !== undefined && !WHOLE_NAME.test(name);
};

interface Watched {
  /** Texts that were looked at. */
  readonly looks: number;
  /** What was wrong with them. */
  readonly faults: readonly string[];
}

/** Looks after every event. */
function watch(one: Pick<StreamCase, 'provider'>, body: string): Watched {
  const stream = openStream(one.provider, { openMask });
  const prefixes = new Map<string, JsonPrefix>();
  const ends = new Map<string, string>();
  const faults: string[] = [];
  let looks = 0;
  for (const event of body.split(/(?<=\n\n)/)) {
    const pieces = stream.push(Buffer.from(event));
    const out = Buffer.concat(pieces.map(({ client }) => client));
    for (const [channel, text] of readTexts(out, 'sse').texts) {
      if (!ARGUMENTS.test(channel) || COPY.test(channel)) continue;
      const prefix = prefixes.get(channel) ?? openJsonPrefix();
      prefixes.set(channel, prefix);
      const end = `${ends.get(channel) ?? ''}${text}`.slice(-80);
      ends.set(channel, end);
      looks += 1;
      if (!prefix.push(text)) faults.push(`no JSON: ${channel}: ${end}`);
      if (isTorn(end)) faults.push(`torn: ${channel}: ${end}`);
    }
  }
  return { looks, faults };
}

const cutIn2 =
  (at: number): Cutter =>
  (words) =>
    at < words.length ? [words.slice(0, at), words.slice(at)] : [words];

const POSITIONS = 40;

// the others have prose, a free-form call, or arguments that come as values
const WITHOUT = new Set(['S051', 'S052', 'S053']);
const CASES = CALL_CASES.filter(
  ({ id, kind, provider }) => kind === 'sse' && !WITHOUT.has(id) && provider?.name !== 'gemini',
);

describe.each(CASES)('$id $title', (one) => {
  test('masked', () => {
    const cuts = [
      one.cut,
      every(1),
      every(3),
      ...Array.from({ length: POSITIONS }, (_, i) => cutIn2(i + 1)),
    ];
    const all = cuts.map((cut) => watch(one, Buffer.from(one.body(cut)).toString('utf8')));
    expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    expect(all.every(({ looks }) => looks > 0)).toBe(true);
  });
});

test.each(PROVIDERS.filter(({ name }) => name !== 'gemini'))('turned back, $name', (provider) => {
  const input = { path: 'a', old: `x ${NAME}`, [`k${NAME}`]: [NAME, 1, true, { b: null }] };
  const parts = [{ kind: 'call', name: 'Edit', input }] as const;
  const length = JSON.stringify(input).length;
  const cuts = [every(1), every(4), ...Array.from({ length }, (_, i) => cutIn2(i))];
  const all = cuts.map((cut) =>
    watch({ provider }, sseText(provider, provider.events(parts, cut))),
  );
  expect(all.flatMap(({ faults }) => faults)).toEqual([]);
  expect(all.every(({ looks }) => looks > 0)).toBe(true);
});

test.each([
  ['{"a":[1,-2.5e3,true,null,"\\u00e4\\n"],"b":{}}', true],
  ['{"a":tru', true],
  ['{"a":"\\u00', true],
  ['[1,', true],
  ['{"a" 1', false],
  ['{"a":"\n', false],
  ['{"a":1}}', false],
  ['{a', false],
  ['{"a":trux', false],
  ['{"a":01}', false],
  ['{"a":"x"y', false],
])('%j is a beginning: %j', (text, wanted) => {
  expect(openJsonPrefix().push(text)).toBe(wanted);
});
