// Which values of an environment or an .env file are secrets.
import { expect, test } from 'vitest';
import { isEnvFile, readEnvFile, secretValues } from '../../src/secrets/env-file.ts';
import { drawText } from './sample.ts';

const VALUE = drawText('A-Za-z0-9', 14);

test.each([
  [`DB_PASSWORD=${VALUE}`, [VALUE]],
  [`export API_TOKEN="${VALUE}" # mine`, [VALUE]],
  [`  STRIPE_KEY: '${VALUE}'`, [VALUE]],
  [`A_SECRET=${VALUE} # note`, [VALUE]],
  [`DATABASE_URL=postgres://app:${VALUE}@db:5432/x`, [VALUE]],
  [`A_KEY=${VALUE}\nB_KEY=${VALUE}`, [VALUE]],
  [`# OLD_KEY=${VALUE}`, []],
  [`HOST=${VALUE}`, []],
  [`NEXT_PUBLIC_API_KEY=${VALUE}`, []],
  ['DB_PASSWORD=postgres', []],
  ['DB_PASSWORD=changeme', []],
  ['API_KEY=${OTHER_KEY}', []],
  ['SSH_KEY=/home/me/.ssh/id', []],
  ['CACHE_KEY=main.cache', []],
  ['SHORT_TOKEN=a1b2c3', []],
])('%s', (text, want) => {
  expect(secretValues(readEnvFile(text))).toEqual(want);
});

test.each([
  ['.env', true],
  ['.env.local', true],
  ['.env.production', true],
  ['.envrc', true],
  ['.env.example', false],
  ['.env.local.sample', false],
  ['.environment', false],
  ['app.env', false],
])('%s is a file of values: %s', (name, want) => {
  expect(isEnvFile(name)).toBe(want);
});
