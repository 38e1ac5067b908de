import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  matchesPatterns,
  parseAllowedSigners,
  parseTime,
} from '../../src/attest/allowed-signers.ts';
import { makeOwnKey } from '../../src/attest/private-key.ts';
import { parseKeyLine } from '../../src/attest/ssh-key.ts';
import { dearmorSshsig, parseSshsig } from '../../src/attest/sshsig.ts';
import { judgeSigner, type Trust } from '../../src/attest/trust.ts';

const NAMESPACE = 'attestation@aitrail';
const NOW = Date.UTC(2026, 5, 15);
const line = makeOwnKey('').publicLine.trim();
const other = makeOwnKey('').publicLine.trim();
const blob = parseKeyLine(line)?.blob ?? Buffer.alloc(0);

const listed = (text: string): Trust => ({
  source: { kind: 'file', name: 'test' },
  signers: parseAllowedSigners(text).signers,
  ownKeys: [],
});

const judge = (
  text: string,
  committer = 'alice@example.com',
  publicKey: Uint8Array = blob,
): string => {
  const answer = judgeSigner(listed(text), {
    publicKey,
    committer,
    namespace: NAMESPACE,
    atMs: NOW,
  });
  if (answer.kind === 'untrusted') return answer.why;
  return `${answer.principal}${answer.isDelegate ? ' (delegate)' : ''}`;
};

test.each([
  ['the committer', `alice@example.com ${line}`, 'alice@example.com'],
  ['a domain', `*@example.com ${line}`, 'alice@example.com'],
  ['quoted, several', `"bob@example.com,alice@*" ${line} comment`, 'alice@example.com'],
  ['negated', `*@example.com,!alice@example.com ${line}`, 'not for alice@example.com'],
  ['somebody else', `bob@example.com ${line}`, 'not for alice@example.com'],
  ['a role', `ci,bob@example.com ${line}`, 'ci (delegate)'],
  ['committer before role', `ci ${line}\nalice@example.com ${line}`, 'alice@example.com'],
  ['another key', `alice@example.com ${other}`, 'not listed'],
  ['an empty file', '# nobody\n\n', 'not listed'],
  ['our namespace', `alice@example.com namespaces="git,${NAMESPACE}" ${line}`, 'alice@example.com'],
  ['another namespace', `alice@example.com namespaces="git" ${line}`, 'does not allow'],
  ['expired', `alice@example.com valid-before="20260101Z" ${line}`, 'has expired'],
  ['not yet valid', `alice@example.com valid-after="20270101Z" ${line}`, 'not valid yet'],
  [
    'within',
    `alice@example.com valid-after="20260101Z",valid-before="20270101Z" ${line}`,
    'alice@example.com',
  ],
  ['an unknown option', `alice@example.com touch-required ${line}`, 'not listed'],
  ['an authority is no key', `alice@example.com cert-authority ${line}`, 'not listed'],
])('trust: %s', (_, text, want) => expect(judge(text)).toContain(want));

test('lines that cannot be read allow nobody and are named', () => {
  const parsed = parseAllowedSigners(`# c\nalice@example.com nonsense\n${line}\nb@x ${line}\n`);
  expect([parsed.badLines, parsed.signers.length]).toEqual([[2, 3], 1]);
});

test.each([
  ['20260615', new Date(2026, 5, 15).getTime()],
  ['20260615Z', Date.UTC(2026, 5, 15)],
  ['202606151230Z', Date.UTC(2026, 5, 15, 12, 30)],
  ['20260615123045Z', Date.UTC(2026, 5, 15, 12, 30, 45)],
  ['20261315Z', null],
  ['2026', null],
])('parseTime: %s', (text, want) => expect(parseTime(text)).toBe(want));

test.each([
  ['*', '', true],
  ['a*c', 'abc', true],
  ['a*c', 'ab', false],
  ['a?c', 'abc', true],
  ['a*b*c', 'axxbyyc', true],
  ['a*a', 'a', false],
  ['**x**', 'axb', true],
  ['?', '', false],
])('pattern %s on "%s"', (pattern, text, want) =>
  expect(matchesPatterns([pattern], text)).toBe(want),
);

test('this machine trusts its own key where there is no list, and says so of others', () => {
  const own: Trust = { source: { kind: 'own-key' }, signers: [], ownKeys: [blob] };
  const ask = (publicKey: Uint8Array): string =>
    judgeSigner(own, { publicKey, committer: 'a@b', namespace: NAMESPACE, atMs: NOW }).kind;
  expect([ask(blob), ask(parseKeyLine(other)?.blob ?? blob)]).toEqual(['trusted', 'untrusted']);
});

describe('certificates of ssh-keygen', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cert-'));
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir, TZ: 'UTC' };
  const keygen = (args: readonly string[], input = ''): string =>
    execFileSync('ssh-keygen', args, { cwd: dir, env, input, encoding: 'utf8', stdio: 'pipe' });
  keygen(['-t', 'ed25519', '-q', '-N', '', '-f', 'ca']);
  const authority = readFileSync(join(dir, 'ca.pub'), 'utf8').trim();
  const certify = (name: string, args: readonly string[]): Uint8Array => {
    keygen(['-t', 'ecdsa', '-q', '-N', '', '-f', name]);
    keygen(['-q', '-s', 'ca', '-I', 'id', ...args, `${name}.pub`]);
    writeFileSync(join(dir, 'message'), 'm');
    keygen(['-Y', 'sign', '-q', '-n', NAMESPACE, '-f', `${name}-cert.pub`, 'message']);
    const armored = readFileSync(join(dir, 'message.sig'), 'utf8');
    execFileSync('rm', ['message.sig'], { cwd: dir });
    return parseSshsig(dearmorSshsig(armored) ?? Buffer.alloc(0))?.publicKey ?? Buffer.alloc(0);
  };

  test.each([
    ['good', ['-n', 'alice@example.com', '-V', '20260101:20270101'], 'alice@example.com'],
    ['expired', ['-n', 'alice@example.com', '-V', '20250101:20260101'], 'not valid now'],
    ['other', ['-n', 'bob@example.com', '-V', '20260101:20270101'], 'does not name'],
    ['everybody', ['-V', '20260101:20270101'], 'does not name'],
    ['host', ['-h', '-n', 'alice@example.com', '-V', '20260101:20270101'], 'for a host'],
  ])('%s', (name, args, want) => {
    const certificate = certify(name, args);
    const text = `*@example.com cert-authority ${authority}`;
    expect(judge(text, 'alice@example.com', certificate)).toContain(want);
    expect(judge(`*@example.com ${authority}`, 'alice@example.com', certificate)).toContain(
      'not listed',
    );
  });
});
