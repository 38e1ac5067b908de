import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskHeaders, maskUrl } from '../../src/wire/mask-headers.ts';
import { openRequestMasker } from '../../src/wire/mask-request.ts';
import { sliceBody } from '../../src/wire/request-slices.ts';
import type { TextMasker } from '../../src/wire/text-masker.ts';
import { CANARY, MASKED } from './canary-mask.ts';

const seen: string[] = [];
const MASKER: TextMasker = {
  maskText: (text) => {
    seen.push(text);
    const found = [...text.matchAll(/CANARY-[a-z]{8}|(?<=password=)hunter22/g)];
    return {
      findings: found.map((one) => ({
        placeholder: MASKED,
        finding: {
          rule: 'canary',
          kind: 'canary',
          start: one.index,
          end: one.index + one[0].length,
        },
      })),
    };
  },
  hide: (kind) => `AITRAIL_${kind}_0011aabb`,
};

const text = (bytes: readonly Uint8Array[]): string => Buffer.concat([...bytes]).toString('utf8');
const mask = (
  body: string | Uint8Array,
): ReturnType<ReturnType<typeof openRequestMasker>['mask']> =>
  openRequestMasker(MASKER).mask(Buffer.from(body));

const turns = (count: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      model: 'm',
      system: [{ type: 'text', text: 'be "good" [ {' }],
      messages: Array.from({ length: count }, (_, i) => ({ role: 'user', content: [{ i }] })),
      tools: [{ name: 'a', list: [{}, {}] }, { name: 'b' }],
    }),
  );

const turn = (i: number): object => ({
  role: 'user',
  content: `${i} ${CANARY} ${'x'.repeat(300)}`,
});

const secretTurns = (count: number): Buffer =>
  Buffer.from(JSON.stringify({ messages: Array.from({ length: count }, (_, i) => turn(i)) }));

describe('slices', () => {
  test('a conversation that grew keeps all slices but head and tail', () => {
    const before = sliceBody(turns(3)).map((slice) => slice.toString());
    const after = sliceBody(turns(5)).map((slice) => slice.toString());
    expect(before).toHaveLength(10);
    expect(after.slice(0, 6)).toEqual(before.slice(0, 6));
    expect(after.slice(-4)).toEqual(before.slice(-4));
  });

  test('lists inside of an object are cut too', () => {
    const body = { model: 'g', request: { contents: [{ parts: [] }, { parts: [] }] } };
    expect(sliceBody(Buffer.from(JSON.stringify(body)))).toHaveLength(4);
  });

  test('the slices of any bytes are those bytes', () => {
    const json = fc.json().map((one) => Buffer.from(one));
    const torn = fc
      .tuple(fc.json(), fc.nat(60))
      .map(([one, at]) => Buffer.from(`{"a":[${one.slice(0, at)}`));
    const any = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(json, torn, any), (body) => {
        expect(Buffer.concat(sliceBody(body)).equals(body)).toBe(true);
      }),
      { numRuns: 500 },
    );
    const large = Buffer.alloc(200_000, 'x');
    expect(sliceBody(large)).toHaveLength(4);
  });
});

describe('masking', () => {
  test.each([
    ['a prompt', { messages: [{ role: 'user', content: `key ${CANARY}.` }] }],
    [
      'a tool result',
      { messages: [{ content: [{ type: 'tool_result', content: `A=${CANARY}\n` }] }] },
    ],
    ['arguments', { messages: [{ content: [{ type: 'tool_use', input: { data: CANARY } }] }] }],
    ['arguments as JSON text', { input: [{ arguments: JSON.stringify({ a: CANARY }) }] }],
    ['a key', { metadata: { [CANARY]: 1 } }],
    ['the system prompt', { system: CANARY }],
    ['a signature', { input: { signature: CANARY } }],
    ['no list at all', { prompt: CANARY }],
  ])('%s', (_, body) => {
    const json = JSON.stringify(body);
    const masked = mask(json);
    expect(text(masked.slices)).toBe(json.replaceAll(CANARY, MASKED));
    expect(masked.masks).toEqual([
      {
        rule: 'canary',
        placeholder: MASKED,
        direction: 'atRest',
        isForwarded: true,
        channel: 'request',
        ranges: [[json.indexOf(CANARY), json.indexOf(CANARY) + CANARY.length]],
      },
    ]);
  });

  test('a value that only its key gives away', () => {
    expect(text(mask('{"a": [{"password": "hunter22"}, {"x": "hunter22"}]}').slices)).toBe(
      `{"a": [{"password": "${MASKED}"}, {"x": "hunter22"}]}`,
    );
  });

  test('escaped secrets are found and all other spelling stays', () => {
    const body = String.raw`{"a":[{"b":"\u0043ANARY-qwertzui \/ \u00e9 é","n":1.50e3 }] }`;
    expect(text(mask(body).slices)).toBe(
      String.raw`{"a":[{"b":"AITRAIL_canary_0011aabb \/ \u00e9 é","n":1.50e3 }] }`,
    );
  });

  test('ids, signatures and media are not looked at, the same words in arguments are', () => {
    const media = Buffer.alloc(2000, 7).toString('base64');
    const block = { type: 'image', id: 'toolu_01ABCDEFGH', data: media, signature: media };
    seen.length = 0;
    expect(mask(JSON.stringify({ messages: [block] })).masks).toEqual([]);
    expect(seen.filter((one) => one.includes(media) || one.includes('toolu_'))).toEqual([]);
    mask(JSON.stringify({ messages: [{ input: { data: media } }] }));
    expect(seen).toContain(media);
  });

  test('what was masked before is remembered, so that history costs nothing', () => {
    const masker = openRequestMasker(MASKER);
    masker.mask(secretTurns(20));
    seen.length = 0;
    const again = masker.mask(secretTurns(21));
    expect(seen.filter((one) => one.includes(CANARY))).toHaveLength(1);
    expect(text(again.slices)).toBe(secretTurns(21).toString().replaceAll(CANARY, MASKED));
    expect(again.masks).toHaveLength(1);
  });

  test('other bodies are text, whatever their bytes', () => {
    expect(text(mask(`a=1&b=${CANARY}`).slices)).toBe(`a=1&b=${MASKED}`);
    const broken = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(CANARY),
      Buffer.from([0x80]),
    ]);
    const out = Buffer.concat([...mask(broken).slices]);
    expect(
      out.equals(
        Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(MASKED), Buffer.from([0x80])]),
      ),
    ).toBe(true);
  });
});

test('headers: what is kept, and what never is', () => {
  const { headers, masks } = maskHeaders(MASKER, [
    ['Content-Type', 'application/json'],
    ['Authorization', `Bearer ${CANARY}`],
    ['x-api-key', 'k'],
    ['x-goog-api-key', 'k'],
    ['Cookie', 'a=b'],
    ['set-cookie', 'a=b'],
    ['x-claude-code-session-id', 'abc'],
    ['x-claude-code-auth-token', 'abc'],
    ['anthropic-ratelimit-tokens-limit', '10'],
    ['User-Agent', `tool/1 ${CANARY}`],
    ['x-something-else', '1'],
  ]);
  expect(headers).toEqual([
    ['content-type', 'application/json'],
    ['x-claude-code-session-id', 'abc'],
    ['anthropic-ratelimit-tokens-limit', '10'],
    ['user-agent', `tool/1 ${MASKED}`],
  ]);
  expect(masks).toHaveLength(1);
});

test.each([
  ['/v1/messages?beta=true', '/v1/messages?beta=true'],
  ['/m:stream?alt=sse&key=abc123', '/m:stream?alt=sse&key=AITRAIL_url_parameter_0011aabb'],
  [`/a/${CANARY}/b`, `/a/${MASKED}/b`],
  ['/a?q=x%20CANARY%2Dqwertzui&r=%zz', `/a?q=x%20${MASKED}&r=%zz`],
  ['/a?flag', '/a?flag'],
  [`/a?${CANARY}=1&b%5B%5D=2`, `/a?${MASKED}=1&b%5B%5D=2`],
])('url %s', (url, want) => {
  expect(maskUrl(MASKER, url).url).toBe(want);
});
