// The CI files are run as they stand: every command of the GitHub action's steps and of the GitLab jobs, in a clone of a
// remote whose forge has squashed one branch and rebased another.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { arrayAt, isObject, isString, objectAt, stringAt } from '../../src/model/json.ts';
import { type Forge, type Machine, openForge, type Ran, sh } from './forge.ts';

const read = (path: string): unknown => parse(readFileSync(path, 'utf8'));

const ONE =
  'export const rows = [1, 2, 3];\nexport const total = rows.reduce((a, b) => a + b, 0);\n';
const TWO =
  'export function mean(values) {\n  return values.reduce((a, b) => a + b, 0) / values.length;\n}\n';

let forge: Forge;
/** `before..after` of the default branch, as the forge tells it. */
let squashed: { readonly before: string; readonly after: string };
let rebased: typeof squashed;

beforeAll(async () => {
  forge = await openForge();
  await forge.offer('one', 'rows.js', ONE);
  await forge.offer('two', 'mean.js', TWO);
  const start = forge.lab.git('rev-parse', 'main');
  const first = forge.work(
    'git merge -q --squash origin/one',
    "git commit -qm 'One (#7)'",
    'git push -q origin :one',
  );
  squashed = { before: start, after: first };
  const second = forge.work(
    'git switch -q two',
    'git rebase -q origin/main',
    'git switch -q main',
    'git merge -q --ff-only two',
    'git push -q origin :two',
  );
  rebased = { before: first, after: second };
}, 120_000);
afterAll(() => forge.close());

/** Runs the action as a workflow's step would. @returns what it printed. */
function act({ cwd, env }: Machine, inputs: Readonly<Record<string, string>>): Ran {
  const action = read('docs/ci/action.yml');
  const given = (name: string): string =>
    inputs[name] ?? stringAt(objectAt(action, 'inputs')[name], 'default') ?? '';
  const fill = (text: string): string =>
    text
      .replaceAll('${{ github.token }}', '')
      .replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_whole, name: string) => given(name));
  let text = '';
  for (const step of arrayAt(objectAt(action, 'runs'), 'steps')) {
    const [, wanted] = /^inputs\.run == '(\w+)'$/.exec(stringAt(step, 'if') ?? '') ?? [];
    if (wanted !== undefined && wanted !== given('run')) continue;
    const own = Object.entries(objectAt(step, 'env')).map(([name, value]) => [
      name,
      fill(String(value)),
    ]);
    const script = stringAt(step, 'run') ?? 'false';
    // an input in a script would be a way in for whoever names a branch
    expect(script).not.toContain('${{');
    const ran = sh(
      cwd,
      {
        ...env,
        GITHUB_ACTION_PATH: resolve('docs/ci'),
        GITHUB_STEP_SUMMARY: join(env['HOME'] ?? '', 'summary'),
        ...Object.fromEntries(own),
      },
      script,
    );
    text += ran.text;
    if (ran.exit !== 0) return { ...ran, text };
  }
  return { exit: 0, stdout: '', text };
}

/** Runs a job's own script after its template's. */
function runJob({ cwd, env }: Machine, name: string, given: Readonly<Record<string, string>>): Ran {
  const file = read('docs/ci/gitlab.yml');
  const job = objectAt(file, name);
  const template = objectAt(file, stringAt(job, 'extends') ?? '');
  const variables = Object.entries({ ...objectAt(file, 'variables'), ...given }).filter(
    ([, value]) => isString(value),
  );
  const lines = [...arrayAt(template, 'before_script'), ...arrayAt(job, 'script')];
  return sh(
    cwd,
    { ...env, ...Object.fromEntries(variables.map(([key, value]) => [key, String(value)])) },
    lines.join('\n'),
  );
}

/** Origin and session of each line that somebody sees who has only a clone. */
function blamed({ cwd, env }: Machine, path: string): readonly string[] {
  const { stdout } = sh(
    cwd,
    env,
    `git fetch -q origin '+refs/notes/*:refs/notes/*' && aitrail blame --json '${path}'`,
  );
  const document: unknown = JSON.parse(stdout);
  return arrayAt(document, 'lines').map(
    (line) =>
      `${stringAt(line, 'origin') ?? ''} ${stringAt(line, 'agent') ?? ''} ${isObject(line) ? String(line['signed']) : ''}`,
  );
}

describe('after a merge on the forge', { timeout: 120_000 }, () => {
  test('GitHub: a squash is attributed from the request’s commits, signed and sent', () => {
    const range = `${squashed.before}..${squashed.after}`;
    expect(act(forge.machine(), { range }).exit).toBe(1);
    const key = readFileSync(join(forge.root, 'ci-key'), 'utf8');
    const given = {
      run: 'attribute',
      range,
      head: 'refs/pull/7/head',
      'signing-key': key,
    };
    const ran = act(forge.machine(), given);
    expect(ran, ran.text).toMatchObject({
      exit: 0,
      text: expect.stringContaining('attributed 1 commit'),
    });
    const auditor = forge.machine();
    expect(blamed(auditor, 'rows.js')).toEqual(['ai claude-code true', 'ai claude-code true']);
    expect(blamed(auditor, 'one.md')).toEqual(['unrecorded  true']);
    const verified = act(auditor, { range });
    expect(verified, verified.text).toMatchObject({ exit: 0 });
    expect(act(auditor, { range, require: 'pre-commit' }).exit).toBe(1);
  });

  test('GitLab: so are rebased commits, those without a line of an AI’s too', () => {
    const given = {
      CI_COMMIT_BEFORE_SHA: rebased.before,
      CI_COMMIT_SHA: rebased.after,
      AITRAIL_SIGNING_KEY: join(forge.root, 'ci-key'),
      AITRAIL_PUSH_URL: forge.remote,
    };
    const ran = runJob(forge.machine(), 'aitrail:attribute', given);
    expect(ran, ran.text).toMatchObject({ exit: 0, text: expect.stringContaining('attributed') });
    const auditor = forge.machine();
    expect(blamed(auditor, 'mean.js')).toEqual(Array(3).fill('ai claude-code true'));
    expect(blamed(auditor, 'two.md')).toEqual(['unrecorded  true']);
    const all = { CI_MERGE_REQUEST_DIFF_BASE_SHA: rebased.before, CI_COMMIT_SHA: rebased.after };
    const verified = runJob(auditor, 'aitrail:verify', all);
    expect(verified, verified.text).toMatchObject({ exit: 0 });
  });

  test('a commit that came from nowhere stays unknown, and a request with it does not verify', () => {
    const before = forge.work('git rev-parse HEAD');
    const after = forge.work('echo by hand > by-hand.md', 'git add .', 'git commit -qm hand');
    const ours = forge.machine();
    const push = { CI_COMMIT_BEFORE_SHA: before, CI_COMMIT_SHA: after };
    const key = { AITRAIL_SIGNING_KEY: join(forge.root, 'ci-key'), AITRAIL_PUSH_URL: forge.remote };
    const ran = runJob(ours, 'aitrail:attribute', { ...push, ...key });
    expect(ran, ran.text).toMatchObject({ exit: 0 });
    expect(blamed(forge.machine(), 'by-hand.md')).toEqual(['unknown  false']);
    const request = { CI_MERGE_REQUEST_DIFF_BASE_SHA: before, CI_COMMIT_SHA: after };
    expect(runJob(ours, 'aitrail:verify', request).exit).toBe(1);
    const marks: unknown = JSON.parse(
      readFileSync(join(ours.cwd, 'gl-code-quality-report.json'), 'utf8'),
    );
    expect(JSON.stringify(marks)).toContain('missing');
  });
});

test('the workflow hands the action inputs that it has, and runs nothing of a request where it may write', () => {
  const names = Object.keys(objectAt(read('docs/ci/action.yml'), 'inputs'));
  const { attribute, verify } = objectAt(read('docs/ci/github.yml'), 'jobs');
  const steps = [attribute, verify].flatMap((job) => arrayAt(job, 'steps'));
  const ours = steps.filter((step) => stringAt(step, 'uses')?.startsWith('OWNER/aitrail/docs/ci@'));
  expect(ours).toHaveLength(2);
  for (const step of ours)
    expect(names).toEqual(expect.arrayContaining(Object.keys(objectAt(step, 'with'))));
  const checkouts = arrayAt(attribute, 'steps')
    .map((step) => stringAt(objectAt(step, 'with'), 'ref'))
    .filter(isString);
  expect(checkouts).toEqual(['${{ github.event.pull_request.base.ref }}']);
});
