import { expect, test } from 'vitest';
import type { ProtectedHit, SecretHit } from '../../src/guard/finding.ts';
import { findSecrets } from '../../src/guard/find-secrets.ts';
import { type ChangeEvidence, judge, needsEvidence } from '../../src/guard/judge.ts';
import type { Policy, RuleAction, SecretAction } from '../../src/model/policy.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { policyWith } from '../flow/policy-with.ts';

const policyOf = (ai: SecretAction, other: SecretAction): Policy =>
  policyWith({ onCommit: { ai, other } });

const secret: SecretHit = {
  path: 'a.ts',
  firstLine: 3,
  lastLine: 3,
  firstColumn: 1,
  rule: 'r',
  kind: 'k',
  value: 'v',
  line: 'v',
  preview: '[r]',
};
const protect = (from: 'ai' | 'any', action: RuleAction): ProtectedHit => ({
  path: 'ci.yml',
  rule: { paths: ['ci.yml'], from, action, approvers: [], place: null },
});
const evidence = (isAi: boolean): ChangeEvidence => ({
  isAiLine: () => isAi,
  isAiPath: () => isAi,
});

test.each([
  ['an AI line', 'mask', 'block', evidence(true), ['mask']],
  ['a line of anybody else', 'mask', 'block', evidence(false), ['block']],
  ['unreadable recordings: the stricter one', 'block', 'warn', null, ['block']],
  ['unreadable recordings, the other way round', 'warn', 'mask', null, ['mask']],
  ['off', 'block', 'off', evidence(false), []],
] as const)('secret in %s', (...row) => {
  const [, ai, other, known, want] = row;
  const { secrets } = judge({ secrets: [secret], paths: [] }, known, policyOf(ai, other));
  expect(secrets.map(({ action }) => action)).toEqual(want);
});

test.each([
  ['from any', protect('any', 'block'), evidence(false), ['any']],
  ['from ai, by an AI', protect('ai', 'block'), evidence(true), ['ai']],
  ['from ai, by a person', protect('ai', 'block'), evidence(false), []],
  ['from ai, nobody can tell', protect('ai', 'block'), null, ['unreadable']],
] as const)('protected path: %s', (...row) => {
  const [, hit, known, want] = row;
  const { paths } = judge({ secrets: [], paths: [hit] }, known, policyOf('mask', 'block'));
  expect(paths.map(({ why }) => why)).toEqual(want);
});

test.each([
  ['nothing found', [], [], false],
  ['a secret, and it matters whose', [secret], [], true],
  ['a path that is protected from all', [], [protect('any', 'block')], false],
  ['a path that is protected from AI', [], [protect('ai', 'warn')], true],
] as const)('recordings are needed: %s', (...row) => {
  const [, secrets, paths, want] = row;
  expect(needsEvidence({ secrets, paths }, policyOf('mask', 'block'))).toBe(want);
});

const TOKEN = ['ghp', 'R7tQ2mZx9LbK4vWc8NsY3hDf6JpA1gUe5iTo'].join('_');

test('a finding has the line and column of the file, over several runs', () => {
  const runs = [
    { firstLine: 4, lines: ['x', `t = "${TOKEN}"`] },
    { firstLine: 40, lines: [`"${TOKEN}"`] },
  ];
  const hits = findSecrets([{ path: 'a.py', runs }], openScanner(), []);
  expect(hits.map((hit) => [hit.firstLine, hit.firstColumn, hit.value])).toEqual([
    [5, 6, TOKEN],
    [40, 2, TOKEN],
  ]);
});

test('allowed paths are not scanned', () => {
  const file = { path: 'x/testdata/a.py', runs: [{ firstLine: 1, lines: [TOKEN] }] };
  expect(findSecrets([file], openScanner(), ['**/testdata/**'])).toEqual([]);
  expect(findSecrets([file], openScanner(), [])).toHaveLength(1);
});
