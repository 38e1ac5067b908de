import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parseKeyLine } from '../../src/attest/ssh-key.ts';
import { makeOwnKey, readPrivateKey, signWithOwnKey } from '../../src/attest/private-key.ts';
import {
  armorSshsig,
  checkingSshsig,
  checkSshsig,
  dearmorSshsig,
  formatSshsig,
  parseSshsig,
} from '../../src/attest/sshsig.ts';
import { settleAside } from '../../src/model/signature-claim.ts';

const NAMESPACE = 'attestation@aitrail';
const dir = mkdtempSync(join(tmpdir(), 'sshsig-'));
const env = { PATH: process.env['PATH'] ?? '', HOME: dir };
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const message = Buffer.from('what is signed\n');

function keygen(args: readonly string[], input: string | Uint8Array = ''): Buffer {
  return execFileSync('ssh-keygen', args, { cwd: dir, env, input, stdio: 'pipe' });
}

function check(armored: string, text: Uint8Array, namespace = NAMESPACE): string {
  const blob = dearmorSshsig(armored);
  const parsed = blob === null ? null : parseSshsig(blob);
  if (parsed === null) return 'unreadable';
  const answer = checkSshsig(parsed, text, namespace);
  return answer.kind === 'good' ? 'good' : answer.why;
}

/** The same on other threads. */
async function checkAside(armored: string, text: Uint8Array): Promise<string> {
  const parsed = parseSshsig(dearmorSshsig(armored) ?? Buffer.alloc(0));
  if (parsed === null) return 'unreadable';
  const answer = await settleAside(checkingSshsig(parsed, text, NAMESPACE));
  return answer.kind === 'good' ? 'good' : answer.why;
}

describe.each([
  ['ed25519', ['-t', 'ed25519']],
  ['p256', ['-t', 'ecdsa', '-b', '256']],
  ['p384', ['-t', 'ecdsa', '-b', '384']],
  ['p521', ['-t', 'ecdsa', '-b', '521']],
  ['rsa', ['-t', 'rsa', '-b', '2048']],
])('signatures of ssh-keygen with %s', (name, args) => {
  keygen([...args, '-q', '-N', '', '-f', name]);
  const armored = keygen(['-Y', 'sign', '-n', NAMESPACE, '-f', name], message).toString();

  test('hold for the message and for nothing else', () => {
    expect(check(armored, message)).toBe('good');
    expect(check(armored, Buffer.from('what is signed'))).toContain('not of these bytes');
    expect(check(armored, message, 'git')).toContain('namespace');
  });

  test('parse and format are inverse, armour too', () => {
    const parsed = parseSshsig(dearmorSshsig(armored) ?? Buffer.alloc(0));
    expect(parsed === null ? '' : armorSshsig(formatSshsig(parsed))).toBe(armored);
  });

  test('any changed byte is refused, on other threads too', async () => {
    expect(await checkAside(armored, message)).toBe('good');
    const blob = dearmorSshsig(armored) ?? Buffer.alloc(0);
    const flip = fc.integer({ min: 1, max: 255 });
    await fc.assert(
      fc.asyncProperty(fc.nat(blob.length - 1), flip, async (at, bits) => {
        const changed = Buffer.from(blob);
        changed[at] = (changed[at] ?? 0) ^ bits;
        const now = armorSshsig(changed);
        // the reserved field's length is the one place that could grow without being signed: readAll refuses it
        expect(check(now, message)).not.toBe('good');
        expect(await checkAside(now, message)).toBe(check(now, message));
      }),
      { numRuns: 150 },
    );
  });
});

test('a key of 1024 bits is refused', () => {
  keygen(['-t', 'rsa', '-b', '1024', '-q', '-N', '', '-f', 'weak']);
  const armored = keygen(['-Y', 'sign', '-n', NAMESPACE, '-f', 'weak'], message).toString();
  expect(check(armored, message)).toContain('too weak');
});

describe('a key of our own', () => {
  const made = makeOwnKey('alice@example.com');
  writeFileSync(join(dir, 'own'), made.privateText, { mode: 0o600 });
  const reading = readPrivateKey(made.privateText);

  test('is a key that ssh-keygen reads, with the public half we say', () => {
    expect(keygen(['-y', '-f', 'own']).toString().trim()).toBe(made.publicLine);
  });

  test('signs the very bytes that ssh-keygen signs, and ssh-keygen verifies ours', () => {
    expect(reading.kind).toBe('key');
    if (reading.kind !== 'key') return;
    const ours = armorSshsig(signWithOwnKey(reading.own, NAMESPACE, message));
    expect(ours).toBe(keygen(['-Y', 'sign', '-n', NAMESPACE, '-f', 'own'], message).toString());
    writeFileSync(join(dir, 'sig'), ours);
    writeFileSync(join(dir, 'allowed'), `alice@example.com ${made.publicLine}\n`);
    const args = ['-Y', 'verify', '-f', 'allowed', '-I', 'alice@example.com', '-n', NAMESPACE];
    expect(keygen([...args, '-s', 'sig'], message).toString()).toContain('Good');
  });

  test('encrypted by ssh-keygen says so', () => {
    writeFileSync(join(dir, 'locked'), made.privateText, { mode: 0o600 });
    keygen(['-p', '-q', '-P', '', '-N', 'a passphrase', '-f', 'locked']);
    expect(readPrivateKey(readFileSync(join(dir, 'locked'), 'utf8')).kind).toBe('encrypted');
  });
});

test.each([
  ['a line with a comment', makeOwnKey('c').publicLine, true],
  [
    'another type than its blob',
    makeOwnKey('c').publicLine.replace('ssh-ed25519', 'ssh-rsa'),
    false,
  ],
  ['text', 'not a key', false],
  ['nothing', '', false],
])('parseKeyLine: %s', (_, line, isKey) => expect(parseKeyLine(line) !== null).toBe(isKey));

test('random bytes are no signature and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(parseSshsig(bytes)).toBe(null);
      const framed = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), bytes]);
      const parsed = parseSshsig(framed);
      const answer = parsed === null ? null : checkSshsig(parsed, message, parsed.namespace);
      expect(answer?.kind ?? 'bad').toBe('bad');
    }),
  );
});
