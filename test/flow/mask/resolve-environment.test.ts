// run --resolve: values from the vault go into one child's environment, and nowhere else.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepSecret } from '../../../src/flow/mask/keep-secret.ts';
import { resolveEnvironment } from '../../../src/flow/mask/resolve-environment.ts';
import { ensureVaultKey } from '../../../src/identity/vault-key.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { openStore } from '../../../src/store/open-store.ts';

const KEPT = 'AITRAIL_stripe_key_0a1b2c3d';
const OTHER = 'AITRAIL_password_11111111';
const VALUE = ['canary', 'value', '1'].join('-');

let home: string;
let caller: Caller;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'resolve-'));
  const place = { HOME: home, XDG_CONFIG_HOME: home, AITRAIL_HOME: join(home, 'state') };
  const env = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', ...place };
  caller = { cwd: home, env };
  mkdirSync(join(home, 'aitrail'));
  writeFileSync(join(home, 'aitrail', 'config.yaml'), 'secrets:\n  vault: true\n');
  const store = await openStore({ home: place.AITRAIL_HOME, mode: 'write' });
  const key = await ensureVaultKey(caller, place.AITRAIL_HOME);
  const kept = { placeholder: KEPT, rule: 'stripe-key', value: VALUE, atMs: Date.now() };
  await keepSecret(store, key, kept);
  await store.close();
});
afterEach(() => rmSync(home, { recursive: true }));

const withEnv = (more: Readonly<Record<string, string>>): Caller => ({
  ...caller,
  env: { ...caller.env, ...more },
});

test('in variables, whole and within a value; all others stay', async () => {
  const asking = withEnv({ KEY: KEPT, URL: `https://u:${KEPT}@h/`, PLAIN: 'x' });
  const { env, values } = await resolveEnvironment(asking);
  const want = { ...asking.env, KEY: VALUE, URL: `https://u:${VALUE}@h/` };
  expect({ env, values }).toEqual({ env: want, values: [VALUE] });
});

test('from the .env file beside it: what holds a placeholder and is not set already', async () => {
  writeFileSync(join(home, '.env'), `A_KEY="${KEPT}"\nB_KEY=${KEPT}\nPLAIN=from-file\n`);
  const { env } = await resolveEnvironment(withEnv({ B_KEY: 'mine' }));
  expect([env['A_KEY'], env['B_KEY'], env['PLAIN']]).toEqual([VALUE, 'mine', undefined]);
});

test('without placeholders the environment is what it was', async () => {
  expect(await resolveEnvironment(caller)).toEqual({ env: caller.env, values: [] });
});

test.each([
  [{ KEY: OTHER }, 'NO_SUCH_PLACEHOLDER'],
  [{ KEY: KEPT, CLAUDECODE: '1' }, 'AGENT_NOT_ALLOWED'],
  [{ KEY: KEPT, AITRAIL_SESSION: 's' }, 'AGENT_NOT_ALLOWED'],
])('%j is %s', async (more, code) => {
  await expect(resolveEnvironment(withEnv(more))).rejects.toMatchObject({ code });
});
