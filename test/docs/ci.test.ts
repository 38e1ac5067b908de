// The CI files are run as they stand: every command of the GitHub action's steps and of the GitLab jobs, in a clone of a
// remote whose forge has squashed one branch and rebased another.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { arrayAt, isObject, isString, objectAt, stringAt } from '../../src/model/json.ts';
import { openLab, type Lab } from '../attest/lab.ts';
import { record } from '../hooks/record.ts';

const read = (path: string): unknown => parse(readFileSync(path, 'utf8'));

const ONE =
  'export const rows = [1, 2, 3];\nexport const total = rows.reduce((a, b) => a + b, 0);\n';
const TWO =
  'export function mean(values) {\n  return values.reduce((a, b) => a + b, 0) / values.length;\n}\n';

let lab: Lab;
let root: string;
let remote: string;
/** `before..after` of the default branch, as the forge tells it. */
let squashed: { readonly before: string; readonly after: string };
let rebased: typeof squashed;

/** The forge's own work: no hooks, no notes. */
function forge(...steps: readonly string[]): string {
  const place = mkdtempSync(join(root, 'forge-'));
  const script = [
    `git clone -q -c core.hooksPath=none '${remote}' .`,
    'git config user.name Forge',
    'git config user.email forge@example.com',
    ...steps,
    'git push -q origin main',
    'git rev-parse HEAD',
  ];
  return sh(place, lab.env, script.join('\n')).stdout.trim().split('\n').at(-1) ?? '';
}

interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly text: string;
}

function sh(cwd: string, env: Readonly<Record<string, string>>, script: string): Ran {
  const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', script], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { exit: status, stdout, text: stdout + stderr };
}

/** A branch with an agent's work on it, pushed with its notes and as the forge's ref of a request. */
async function offer(branch: string, path: string, text: string): Promise<void> {
  lab.git('switch', '-q', '-c', branch, 'main');
  await record(lab, path, text);
  lab.commit(path, text);
  lab.commit(`${branch}.md`, 'Somebody wrote this by hand, and nobody recorded it.\n');
  const request = branch === 'one' ? 'refs/pull/7/head' : 'refs/merge-requests/8/head';
  lab.git('push', '-q', 'origin', branch, `${branch}:${request}`);
}

beforeAll(async () => {
  lab = openLab();
  root = realpathSync(dirname(lab.repo));
  remote = join(root, 'remote.git');
  lab.git('init', '-q', '--bare', '-b', 'main', remote);
  lab.git('remote', 'add', 'origin', remote);
  await initRepository(lab.caller, { askNotesPush: () => Promise.resolve(true) });
  sh(root, lab.env, 'ssh-keygen -q -t ed25519 -N "" -C "" -f ci-key');
  const ciKey = readFileSync(join(root, 'ci-key.pub'), 'utf8').trim();
  const ownKey = readFileSync(join(lab.home, 'keys', 'signing.pub'), 'utf8').trim();
  lab.commit('.aitrail/allowed_signers', `alice@example.com ${ownKey}\nci ${ciKey}\n`);
  lab.git('push', '-q', 'origin', 'main');
  await offer('one', 'rows.js', ONE);
  await offer('two', 'mean.js', TWO);
  const start = lab.git('rev-parse', 'main');
  const first = forge(
    'git merge -q --squash origin/one',
    "git commit -qm 'One (#7)'",
    'git push -q origin :one',
  );
  squashed = { before: start, after: first };
  const second = forge(
    'git switch -q two',
    'git rebase -q origin/main',
    'git switch -q main',
    'git merge -q --ff-only two',
    'git push -q origin :two',
  );
  rebased = { before: first, after: second };
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

interface Machine {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A clone on a machine that knows nothing, with the program installed. */
function machine(): Machine {
  const home = mkdtempSync(join(root, 'ci-'));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/aitrail.js')}' "$@"\n`;
  writeFileSync(join(bin, 'aitrail'), program, { mode: 0o755 });
  const env = {
    PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    CI: 'true',
  };
  const cwd = join(home, 'project');
  expect(sh(home, env, `git clone -q '${remote}' project`).exit).toBe(0);
  return { cwd, env };
}

/** Runs the action as a workflow's step would. @returns what it printed. */
function act({ cwd, env }: Machine, inputs: Readonly<Record<string, string>>): Ran {
  const action = read('docs/ci/action.yml');
  const given = (name: string): string =>
    inputs[name] ?? stringAt(objectAt(action, 'inputs')[name], 'default') ?? '';
  const fill = (text: string): string =>
    text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_whole, name: string) => given(name));
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
    expect(act(machine(), { range }).exit).toBe(1);
    const key = readFileSync(join(root, 'ci-key'), 'utf8');
    const given = {
      run: 'attribute',
      range,
      head: 'refs/pull/7/head',
      'signing-key': key,
    };
    const ran = act(machine(), given);
    expect(ran, ran.text).toMatchObject({
      exit: 0,
      text: expect.stringContaining('attributed 1 commit'),
    });
    const auditor = machine();
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
      AITRAIL_SIGNING_KEY: join(root, 'ci-key'),
      AITRAIL_PUSH_URL: remote,
    };
    const ran = runJob(machine(), 'aitrail:attribute', given);
    expect(ran, ran.text).toMatchObject({ exit: 0, text: expect.stringContaining('attributed') });
    const auditor = machine();
    expect(blamed(auditor, 'mean.js')).toEqual(Array(3).fill('ai claude-code true'));
    expect(blamed(auditor, 'two.md')).toEqual(['unrecorded  true']);
    const all = { CI_MERGE_REQUEST_DIFF_BASE_SHA: rebased.before, CI_COMMIT_SHA: rebased.after };
    const verified = runJob(auditor, 'aitrail:verify', all);
    expect(verified, verified.text).toMatchObject({ exit: 0 });
  });

  test('a commit that came from nowhere stays unknown, and a request with it does not verify', () => {
    const before = forge('git rev-parse HEAD');
    const after = forge('echo by hand > by-hand.md', 'git add .', 'git commit -qm hand');
    const ours = machine();
    const push = { CI_COMMIT_BEFORE_SHA: before, CI_COMMIT_SHA: after };
    const key = { AITRAIL_SIGNING_KEY: join(root, 'ci-key'), AITRAIL_PUSH_URL: remote };
    const ran = runJob(ours, 'aitrail:attribute', { ...push, ...key });
    expect(ran, ran.text).toMatchObject({ exit: 0 });
    expect(blamed(machine(), 'by-hand.md')).toEqual(['unknown  false']);
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
