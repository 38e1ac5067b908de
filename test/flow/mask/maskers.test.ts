import { expect, test } from 'vitest';
import { openMaskers } from '../../../src/flow/mask/maskers.ts';
import { maskText } from '../../../src/secrets/mask-text.ts';
import { policyWith } from '../policy-with.ts';

const STRONG = ['wJx8rXUtnFEMI', 'K7MDEz+bPxRfiCYq3kTzLmQw9e'].join('/');
const SHORT = ['tr0ub4dor', 'zebra9'].join('-');

test.each([
  ['a long mixed value is known from then on', 'AWS_SECRET_ACCESS_KEY', [STRONG, true]],
  ['a word that only its key made suspicious is not', 'DB_PASSWORD', [SHORT, false]],
] as const)('%s', (_, name, [value, isKnownAfter]) => {
  const maskers = openMaskers({ key: new Uint8Array(32), env: {}, keep: () => undefined });
  const bare = `{"k":"${value}"}`;
  const mask = (text: string): string => maskText(maskers.of(policyWith({})).stream, text).text;
  expect(mask(bare)).toBe(bare);
  expect(mask(`${name}=${value}\n`)).not.toContain(value);
  expect(mask(bare).includes(value)).toBe(!isKnownAfter);
});
