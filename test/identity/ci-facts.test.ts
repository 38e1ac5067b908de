// What a job's variables and its token say, side by side.
import { expect, test } from 'vitest';
import { joinCiFacts, readCiEnvironment } from '../../src/identity/ci-facts.ts';
import { identifyByClaims, identifyByEnvironment } from '../../src/identity/identify.ts';

const GITHUB = {
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'acme/app',
  GITHUB_WORKFLOW_REF: 'acme/app/.github/workflows/ci.yml@refs/heads/main',
  GITHUB_JOB: 'build',
  GITHUB_RUN_ID: '42',
  GITHUB_ACTOR: 'ada',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: 'a'.repeat(40),
};
const CLAIMS = {
  sub: 'repo:acme/app:ref:refs/heads/main',
  repository: 'acme/app',
  workflow: 'CI',
  workflow_ref: 'acme/app/.github/workflows/ci.yml@refs/heads/main',
  run_id: '42',
  actor: 'ada',
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
};
const ISSUER = {
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'aitrail',
  groupsClaim: 'teams',
  jwks: null,
  variable: null,
};
const NOBODY = { name: '', email: '' };

test.each([
  ['nothing', {}, null],
  ['a person’s shell', { USER: 'ada' }, null],
  ['CI switched off by hand', { CI: 'false', GITHUB_ACTIONS: '0' }, null],
  ['some CI', { CI: '1' }, { provider: 'ci' }],
  [
    'GitLab',
    { CI: 'true', GITLAB_CI: 'true', CI_JOB_ID: '7', CI_PROJECT_PATH: 'g/p' },
    { provider: 'gitlab', run: '7', repository: 'g/p' },
  ],
  ['Jenkins', { JENKINS_URL: 'http://j', BUILD_NUMBER: '3' }, { provider: 'jenkins', run: '3' }],
])('the environment: %s', (_, env, want) => expect(readCiEnvironment(env)).toEqual(want));

test('variables alone: every fact says so, git’s idea of the person stays', () => {
  const ada = { name: 'Ada', email: 'ada@example.com' };
  const { principal, identity } = identifyByEnvironment(readCiEnvironment(GITHUB), ada);
  expect([principal, identity.source]).toEqual([ada, 'environment']);
  expect(Object.values(identity.ci ?? {}).map(({ source }) => source)).toEqual(
    Array.from({ length: 8 }, () => 'environment'),
  );
  expect(identifyByEnvironment(readCiEnvironment(GITHUB), NOBODY).principal.name).toBe('ada');
});

test('claims count, and what a claim does not say comes from the environment', () => {
  const { ci, mismatches } = joinCiFacts(readCiEnvironment(GITHUB), CLAIMS);
  expect(mismatches).toEqual([]);
  expect(ci?.job).toEqual({ value: 'build', source: 'environment' });
  expect(ci?.run).toEqual({ value: '42', source: 'claim' });
});

test.each([
  ['sha', { GITHUB_SHA: 'b'.repeat(40) }],
  ['actor', { GITHUB_ACTOR: 'eve' }],
  ['repository', { GITHUB_REPOSITORY: 'eve/app' }],
  ['ref', { GITHUB_REF: 'refs/heads/other' }],
])('a variable that contradicts the claim: %s', (fact, lie) => {
  const environment = readCiEnvironment({ ...GITHUB, ...lie });
  const { identity } = identifyByClaims(ISSUER, CLAIMS, environment);
  expect(identity.mismatches.map((one) => one.fact)).toEqual([fact]);
  expect(Object.entries(identity.ci ?? {}).find(([name]) => name === fact)?.[1].source).toBe(
    'claim',
  );
});

test('groups, names and addresses of a person', () => {
  const person = {
    sub: 'u1',
    name: 'Ada',
    email: 'ada@example.com',
    teams: ['leads', 7, 'devs'],
    exp: 1,
  };
  const { principal, identity } = identifyByClaims(ISSUER, person, null);
  expect(principal).toEqual({ name: 'Ada', email: 'ada@example.com' });
  expect(identity).toMatchObject({ groups: ['leads', 'devs'], ci: null, subject: 'u1' });
  expect(identity.claims).not.toHaveProperty('exp');
  const unsure = { ...person, email_verified: false, teams: 'leads' };
  expect(identifyByClaims(ISSUER, unsure, null)).toMatchObject({
    principal: { email: '' },
    identity: { groups: ['leads'] },
  });
});
