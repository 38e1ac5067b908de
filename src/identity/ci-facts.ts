// What CI systems say of their jobs: in variables, which whoever runs the job can set, and in the claims of their tokens.
import type { CiContext, CiFact, Mismatch, ToldFact } from '../model/context.ts';
import { CI_FACTS } from '../model/context.ts';

interface CiSystem {
  readonly provider: string;
  /** Set by this system alone. */
  readonly sign: string;
  readonly variables: Readonly<Partial<Record<CiFact, string>>>;
  /** Claims that mean the same as the variable. */
  readonly claims: Readonly<Partial<Record<CiFact, string>>>;
  /** Claims that together only its tokens have. */
  readonly marks: readonly string[];
}

const SYSTEMS: readonly CiSystem[] = [
  {
    provider: 'github',
    sign: 'GITHUB_ACTIONS',
    variables: {
      repository: 'GITHUB_REPOSITORY',
      pipeline: 'GITHUB_WORKFLOW_REF',
      job: 'GITHUB_JOB',
      run: 'GITHUB_RUN_ID',
      actor: 'GITHUB_ACTOR',
      ref: 'GITHUB_REF',
      sha: 'GITHUB_SHA',
    },
    claims: {
      repository: 'repository',
      pipeline: 'workflow_ref',
      run: 'run_id',
      actor: 'actor',
      ref: 'ref',
      sha: 'sha',
    },
    marks: ['repository', 'run_id', 'workflow'],
  },
  {
    provider: 'gitlab',
    sign: 'GITLAB_CI',
    variables: {
      repository: 'CI_PROJECT_PATH',
      pipeline: 'CI_PIPELINE_ID',
      job: 'CI_JOB_NAME',
      run: 'CI_JOB_ID',
      actor: 'GITLAB_USER_LOGIN',
      ref: 'CI_COMMIT_REF_NAME',
      sha: 'CI_COMMIT_SHA',
    },
    claims: {
      repository: 'project_path',
      pipeline: 'pipeline_id',
      run: 'job_id',
      actor: 'user_login',
      ref: 'ref',
      sha: 'sha',
    },
    marks: ['project_path', 'pipeline_id', 'job_id'],
  },
  {
    provider: 'buildkite',
    sign: 'BUILDKITE',
    variables: {
      repository: 'BUILDKITE_REPO',
      pipeline: 'BUILDKITE_PIPELINE_SLUG',
      job: 'BUILDKITE_JOB_ID',
      run: 'BUILDKITE_BUILD_NUMBER',
      actor: 'BUILDKITE_BUILD_CREATOR',
      ref: 'BUILDKITE_BRANCH',
      sha: 'BUILDKITE_COMMIT',
    },
    claims: {
      pipeline: 'pipeline_slug',
      job: 'job_id',
      run: 'build_number',
      ref: 'build_branch',
      sha: 'build_commit',
    },
    marks: ['pipeline_slug', 'build_number', 'organization_slug'],
  },
  {
    provider: 'circleci',
    sign: 'CIRCLECI',
    variables: {
      repository: 'CIRCLE_REPOSITORY_URL',
      pipeline: 'CIRCLE_WORKFLOW_ID',
      job: 'CIRCLE_JOB',
      run: 'CIRCLE_WORKFLOW_JOB_ID',
      actor: 'CIRCLE_USERNAME',
      ref: 'CIRCLE_BRANCH',
      sha: 'CIRCLE_SHA1',
    },
    claims: { run: 'oidc.circleci.com/job-id', pipeline: 'oidc.circleci.com/workflow-id' },
    marks: ['oidc.circleci.com/project-id'],
  },
  {
    provider: 'azure-pipelines',
    sign: 'TF_BUILD',
    variables: {
      repository: 'BUILD_REPOSITORY_NAME',
      pipeline: 'BUILD_DEFINITIONNAME',
      job: 'AGENT_JOBNAME',
      run: 'BUILD_BUILDID',
      actor: 'BUILD_REQUESTEDFOR',
      ref: 'BUILD_SOURCEBRANCH',
      sha: 'BUILD_SOURCEVERSION',
    },
    claims: {},
    marks: [],
  },
  {
    provider: 'jenkins',
    sign: 'JENKINS_URL',
    variables: {
      repository: 'GIT_URL',
      pipeline: 'JOB_NAME',
      job: 'STAGE_NAME',
      run: 'BUILD_NUMBER',
      actor: 'BUILD_USER_ID',
      ref: 'GIT_BRANCH',
      sha: 'GIT_COMMIT',
    },
    claims: {},
    marks: [],
  },
];

const UNKNOWN: CiSystem = { provider: 'ci', sign: 'CI', variables: {}, claims: {}, marks: [] };

const VALUE_CHARACTERS_MAX = 300;
const NO = new Set(['', '0', 'false', 'no', 'off']);

/** Facts by name as the environment tells them. */
export type CiEnvironment = Readonly<Partial<Record<CiFact, string>>>;

/** @returns null outside CI. */
export function readCiEnvironment(env: Readonly<Record<string, string>>): CiEnvironment | null {
  const isSet = ({ sign }: CiSystem): boolean => !NO.has((env[sign] ?? '').toLowerCase());
  const system = [...SYSTEMS, UNKNOWN].find(isSet);
  if (system === undefined) return null;
  const facts: Partial<Record<CiFact, string>> = { provider: system.provider };
  for (const fact of CI_FACTS) {
    const value = env[system.variables[fact] ?? ''] ?? '';
    if (value !== '') facts[fact] = value.slice(0, VALUE_CHARACTERS_MAX);
  }
  return facts;
}

/**
 * Puts together what both say: where they differ the claim counts.
 *
 * @param claims of a verified token, as text; empty without one.
 * @returns `ci` null where neither speaks of a job.
 */
export function joinCiFacts(
  environment: CiEnvironment | null,
  claims: Readonly<Record<string, string>>,
): { readonly ci: CiContext | null; readonly mismatches: readonly Mismatch[] } {
  const claimed = readCiClaims(claims);
  if (environment === null && claimed === null) return { ci: null, mismatches: [] };
  const ci: Partial<Record<CiFact, ToldFact>> = {};
  const mismatches: Mismatch[] = [];
  for (const fact of CI_FACTS) {
    const [said, claim] = [environment?.[fact], claimed?.[fact]];
    if (said !== undefined) ci[fact] = { value: said, source: 'environment' };
    if (claim === undefined) continue;
    ci[fact] = { value: claim, source: 'claim' };
    if (said !== undefined && claim !== said) mismatches.push({ fact, claim, environment: said });
  }
  return { ci, mismatches };
}

/** @returns null where the token is of no CI system that is known. */
function readCiClaims(claims: Readonly<Record<string, string>>): CiEnvironment | null {
  const system = SYSTEMS.find(
    ({ marks }) => marks.length > 0 && marks.every((mark) => claims[mark] !== undefined),
  );
  if (system === undefined) return null;
  const facts: Partial<Record<CiFact, string>> = { provider: system.provider };
  for (const fact of CI_FACTS) {
    const value = claims[system.claims[fact] ?? ''];
    if (value !== undefined) facts[fact] = value;
  }
  return facts;
}
