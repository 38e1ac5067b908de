// The vault from masking to `reveal`: encrypted at rest, for people only, for a time.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openVault, SECRET_DAYS } from '../../src/flow/mask/keep-secret.ts';
import { openMaskers } from '../../src/flow/mask/maskers.ts';
import { revealValue } from '../../src/flow/mask/reveal-value.ts';
import { loadPolicy } from '../../src/flow/policy/load-policy.ts';
import type { Caller } from '../../src/model/caller.ts';
import { maskText } from '../../src/secrets/mask-text.ts';
import { openHere } from './store-kit.ts';

const CANARY = ['ghp', 'R7tQ2mZx9LbK4vWc8NsY3hDf6JpA1gUe5iTo'].join('_');

function newCaller(env: Readonly<Record<string, string>> = {}): Caller {
  const home = mkdtempSync(join(tmpdir(), 'vault-'));
  const place = {
    HOME: home,
    XDG_CONFIG_HOME: home,
    AITRAIL_HOME: join(home, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  return { cwd: home, env: { PATH: process.env['PATH'] ?? '', ...place, ...env } };
}

const homeOf = (caller: Caller, name: string = 'AITRAIL_HOME'): string => caller.env[name] ?? '';

async function maskOne(caller: Caller, isVaultOn: boolean): Promise<string> {
  const home = homeOf(caller);
  const store = await openHere(home);
  const problems: string[] = [];
  const keep = openVault({ store, caller, home }, (line) => problems.push(line));
  const maskers = openMaskers({ key: await store.readKey(), env: {}, keep });
  if (isVaultOn) writeConfig(caller);
  const policy = await loadPolicy(caller, null);
  const { text } = maskText(maskers.of(policy).stream, `token = "${CANARY}"`);
  const placeholder = /AITRAIL_\w+/.exec(text)?.[0] ?? '';
  await expect
    .poll(() => store.findSecret(placeholder, Date.now()).then((entry) => entry !== null))
    .toBe(isVaultOn);
  expect(problems).toEqual([]);
  await store.close();
  return placeholder;
}

test.each([
  ['a plain key file', {}],
  ['a wrapped key file', { AITRAIL_PASSPHRASE_FILE: passphraseFile('open sesame') }],
])('a masked value comes back, under %s', async (_, env) => {
  const caller = newCaller(env);
  const placeholder = await maskOne(caller, true);
  expect(await revealValue(caller, placeholder)).toBe(CANARY);
  const home = homeOf(caller);
  for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    const path = join(home, name);
    const bytes = statSync(path).isFile() ? readFileSync(path, 'latin1') : '';
    expect(bytes.includes(CANARY), name).toBe(false);
  }
  expect(statSync(join(home, 'keys', 'vault.key')).mode & 0o777).toBe(0o600);
});

test('a wrong passphrase opens nothing', async () => {
  const caller = newCaller({ AITRAIL_PASSPHRASE_FILE: passphraseFile('right') });
  const placeholder = await maskOne(caller, true);
  const wrong = {
    ...caller,
    env: { ...caller.env, AITRAIL_PASSPHRASE_FILE: passphraseFile('wrong') },
  };
  await expect(revealValue(wrong, placeholder)).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  const without = { ...caller, env: { ...caller.env, AITRAIL_PASSPHRASE_FILE: '' } };
  await expect(revealValue(without, placeholder)).rejects.toMatchObject({
    code: 'KEY_UNREADABLE',
  });
});

test('off: nothing is kept, and reveal says so', async () => {
  const caller = newCaller();
  const placeholder = await maskOne(caller, false);
  await expect(revealValue(caller, placeholder)).rejects.toMatchObject({ code: 'VAULT_OFF' });
});

test('on: an unknown placeholder is one', async () => {
  const caller = newCaller();
  writeConfig(caller);
  await expect(revealValue(caller, 'AITRAIL_x_00000000')).rejects.toMatchObject({
    code: 'NO_SUCH_PLACEHOLDER',
  });
});

test.each(['AITRAIL_SESSION', 'CLAUDECODE'])(
  '%s: an agent gets nothing, and leaves a leaf',
  async (name) => {
    const caller = newCaller();
    const placeholder = await maskOne(caller, true);
    const agent = { ...caller, env: { ...caller.env, [name]: '1' } };
    await expect(revealValue(agent, placeholder)).rejects.toMatchObject({
      code: 'AGENT_NOT_ALLOWED',
    });
    const store = await openHere(homeOf(caller));
    const [event] = await store.listEvents({ limit: 1 });
    expect(event).toMatchObject({ kind: 'refused', logIndex: 0, detail: { verb: 'reveal' } });
    await store.close();
  },
);

test('values end with their time, and leave the file', async () => {
  const caller = newCaller();
  const placeholder = await maskOne(caller, true);
  const store = await openHere(homeOf(caller));
  const later = Date.now() + (SECRET_DAYS + 1) * 86_400_000;
  expect(await store.findSecret(placeholder, later)).toBeNull();
  await store.close();
});

function passphraseFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'pass-')), 'passphrase');
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
}

function writeConfig(caller: Caller): void {
  mkdirSync(join(homeOf(caller, 'XDG_CONFIG_HOME'), 'aitrail'));
  writeFileSync(
    join(homeOf(caller, 'XDG_CONFIG_HOME'), 'aitrail', 'config.yaml'),
    'secrets:\n  vault: true\n',
  );
}
