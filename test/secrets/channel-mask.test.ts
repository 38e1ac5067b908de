// I1 to I3, I9, I10 of the masking invariants, on texts that mix secrets, near-secrets and everything else.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOLD_MAX, openTextMask } from '../../src/secrets/channel-mask.ts';
import { openJsonMask } from '../../src/secrets/json-mask.ts';
import { maskText } from '../../src/secrets/mask-text.ts';
import { makePlaceholder } from '../../src/secrets/placeholder.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { cutText, streamThrough } from './apply-edits.ts';
import { drawText, fillShape } from './sample.ts';

const KNOWN = 'correct horse battery 7';
const masker = { scanner: openScanner({ known: [KNOWN] }), key: Buffer.alloc(32, 7) };
const PAT = fillShape('ghp_{A36}');
const PEM_BODY = Array.from({ length: 26 }, () => drawText('A-Za-z0-9+/', 64));
const pem = (lineEnd: string): string =>
  [
    '-----BEGIN RSA PRIVATE ',
    'KEY-----',
    lineEnd,
    PEM_BODY.join(lineEnd),
    lineEnd,
    '-----END RSA PRIVATE KEY-----',
  ].join('');

/** Pieces that texts are built of; joined in any order they run into each other in ways nobody thought of. */
const PIECES: readonly string[] = [
  PAT,
  fillShape('sk-ant-api03-{b93}AA'),
  fillShape('AKIA{T16}'),
  `password = "${drawText('A-Za-z0-9!', 14)}9!"`,
  `DB_PASSWORD=${drawText('A-Za-z0-9', 14)}8_`,
  `postgres://app:${drawText('A-Za-z0-9', 14)}7@db.example.org/x`,
  `acme_live_${drawText('A-Za-z0-9', 32)}8k`,
  `quva_${drawText('A-Z', 3)}${drawText('a-z', 3)}${drawText('A-Za-z0-9', 34)}8k`,
  `tool login -u ci -p ${drawText('A-Za-z0-9', 12)}-7x done`,
  `process.env.TOKEN || '${drawText('A-Za-z0-9', 30)}7x'`,
  `auth=("ci", "${drawText('A-Za-z0-9', 12)}-7x")`,
  `smtp.login("ci", "${drawText('A-Za-z0-9', 12)}-7x")`,
  `The admin password is ${drawText('a-z0-9', 9)}4! today.`,
  `Authorization: Bearer ${drawText('A-Za-z0-9', 40)}`,
  `{\\"token\\":\\"${drawText('A-Za-z0-9', 32)}3\\"}`,
  Buffer.from(`TOKEN=${PAT}`).toString('base64'),
  `next%20token%3D${PAT}%26`,
  pem('\n'),
  pem('\\n'),
  pem('\r\n+'),
  ['-----BEGIN RSA PRIVATE ', 'KEY-----'].join(''),
  KNOWN,
  KNOWN.slice(0, 12),
  makePlaceholder(masker.key, 'github_pat', 'x'),
  'ghp_',
  'const token = getToken(request);',
  'password = os.environ["DB_PASSWORD"]',
  '"',
  "'",
  '\\"',
  '\\n',
  '\n',
  ' ',
  ': ',
  ' = ',
  ',',
  '@',
  '://',
  '密钥：',
  '🔑',
  'x'.repeat(300),
  'secret',
];
const texts = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 12 })), { maxLength: 14 })
  .map((pieces) => pieces.join(''));
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const RUNS = { numRuns: 250 };
/** Hundreds of runs on a machine that does other things too. */
const SLOW = { timeout: 60_000 };

const part = (text: string): string => Buffer.from(text).toString('base64url');

describe('a text channel', () => {
  test('gives the same text however it is cut', SLOW, () => {
    fc.assert(
      fc.property(texts, cuts, (text, lengths) => {
        const streamed = streamThrough(openTextMask(masker), cutText(text, lengths));
        expect(streamed.text).toBe(maskText(masker, text).text);
      }),
      RUNS,
    );
  });

  test('holds back a bounded stretch', () => {
    fc.assert(
      fc.property(texts, cuts, (text, lengths) => {
        const { heldMost } = streamThrough(openTextMask(masker), cutText(text.repeat(8), lengths));
        expect(heldMost).toBeLessThanOrEqual(HOLD_MAX + 1024);
      }),
      { numRuns: 30 },
    );
  });

  test('masks a text twice to the same text', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...PIECES]), (pieces) => {
        const text = pieces.join('\n');
        const once = maskText(masker, text).text;
        expect(maskText(masker, once).text).toBe(once);
      }),
      { numRuns: 200 },
    );
  });

  test.each(Array.from({ length: PAT.length + 1 }, (_, at) => [at]))(
    'a token cut at %i leaks nothing',
    (at) => {
      const streamed = streamThrough(openTextMask(masker), [
        `use ${PAT.slice(0, at)}`,
        `${PAT.slice(at)} now`,
      ]);
      expect(streamed.text).toBe(`use ${makePlaceholder(masker.key, 'github_pat', PAT)} now`);
    },
  );

  test('masks a token that the stream never finishes', () => {
    const streamed = streamThrough(openTextMask(masker), ['my key is ', PAT.slice(0, 24)]);
    expect(streamed.text).not.toContain(PAT.slice(0, 17));
  });

  test.each([500, 2100, 9000])('a JWT with a payload of %i bytes', (bytes) => {
    const payload = part(JSON.stringify({ sub: drawText('A-Za-z0-9', bytes) }));
    const jwt = `${part('{"alg":"RS256"}')}.${payload}.${drawText('A-Za-z0-9_-', 342)}`;
    const text = `Authorization: Bearer ${jwt}\nnext`;
    const want = /^Authorization: Bearer AITRAIL_jwt_[0-9a-f]{8}\nnext$/;
    expect(maskText(masker, text).text).toMatch(want);
    for (const size of [17, 1000, 50_000])
      expect(streamThrough(openTextMask(masker), cutText(text, [size])).text).toMatch(want);
  });

  test('lets words out as they end', () => {
    const mask = openTextMask(masker);
    expect(mask.push('one two').decidedTo).toBe(4);
    expect(mask.push(' three').decidedTo).toBe(8);
    expect(mask.end().decidedTo).toBe(13);
  });

  test('swallows a private key after its first characters', () => {
    const mask = openTextMask(masker);
    const step = mask.push(pem('\n').slice(0, 400));
    expect(step.edits).toHaveLength(1);
    expect(step.decidedTo).toBeGreaterThan(300);
  });

  test.each(['"', '\n', ' ', '\\', '\\n', '\n  '])(
    'keeps %j after a key that nobody closes',
    (after) => {
      const text = `${pem('\n').slice(0, 400).trimEnd()}${after}`;
      const streamed = streamThrough(openTextMask(masker), cutText(text, [1]));
      expect(streamed.text).toBe(maskText(masker, text).text);
      expect(streamed.text.endsWith(after)).toBe(true);
    },
  );
});

describe('an arguments channel', () => {
  const values = fc.jsonValue({ maxDepth: 2 });
  test('gives the same text however it is cut, and JSON with the same structure', SLOW, () => {
    fc.assert(
      fc.property(texts, values, cuts, (text, other, lengths) => {
        const raw = JSON.stringify({ path: '.env', other, content: text, count: 12.5, token: PAT });
        const whole = streamThrough(openJsonMask(masker), [raw]).text;
        expect(streamThrough(openJsonMask(masker), cutText(raw, lengths)).text).toBe(whole);
        const masked: unknown = JSON.parse(whole);
        const token = makePlaceholder(masker.key, 'github_pat', PAT);
        expect(masked).toMatchObject({ path: '.env', count: 12.5, token });
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['unicode escape', `{"a":"\\u0067${PAT.slice(1)}"}`],
    ['after an escaped line end', `{"a":"x\\n${PAT}"}`],
    ['as a key', `{"${PAT}":1}`],
    ['cut off', `{"a":"x\\n${PAT}`],
    ['escaped twice', JSON.stringify({ a: JSON.stringify({ b: `x\n${PAT}` }) })],
    ['not JSON at all', `*** Begin Patch\n+TOKEN=${PAT}\n`],
  ])('%s', (_, raw) => {
    for (let size = 1; size < 9; size += 1) {
      const { text } = streamThrough(openJsonMask(masker), cutText(raw, [size]));
      expect(text).toContain('AITRAIL_github_pat_');
      expect(text).not.toContain(PAT.slice(8));
    }
  });

  test('says where the string stands', () => {
    const { edits } = streamThrough(openJsonMask(masker), [
      JSON.stringify({ edits: [{ n: 1 }, { new_string: PAT }] }),
    ]);
    expect(edits.map((edit) => edit.pointer)).toEqual([['edits', 1, 'new_string']]);
  });

  test('knows a value by its key', () => {
    const value = `${drawText('a-z', 5)}-4Kx`;
    const { text } = streamThrough(openJsonMask(masker), [`{"user":"svc","password":"${value}"}`]);
    expect(text).not.toContain(value);
  });
});
