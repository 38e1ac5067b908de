// The recipes in docs/ci.md are run as they stand there: the steps of workflows, jobs and pipelines in order, in a clone, by
// machines with the variables that each platform gives; hooks and runners' settings where the platform would have them.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type DemoModel, startDemoModel } from '../../src/flow/demo/model.ts';
import { arrayAt, isString, objectAt, parseJson, stringAt } from '../../src/model/json.ts';
import { type Provider, startProvider } from '../identity/provider.ts';
import { openSigstore } from '../identity/sigstore-stand-in.ts';
import { readBlocks } from './desk.ts';
import { type Forge, type Machine, openForge, type Ran } from './forge.ts';

const TEXT = readFileSync('docs/ci.md', 'utf8');
const [gitHubVerify, gitLabVerify, issuers, gitHubAgent, gitLabAgent] = readBlocks(
  TEXT,
  'yaml',
).map((block): unknown => parse(block));
const [jenkinsVerify = '', jenkinsAgent = ''] = readBlocks(TEXT, 'groovy');
const [trustJob = '', preReceive = '', jobStarted = '', jenkinsNode = ''] = readBlocks(TEXT, 'sh');
const [runnerToml = ''] = readBlocks(TEXT, 'toml');

const CODE = 'export const rows = [1, 2, 3];\nexport const total = rows.length;\n';

let forge: Forge;
let model: DemoModel;
let provider: Provider;
let base: string;

beforeAll(async () => {
  model = await startDemoModel([]);
  provider = await startProvider();
  provider.job = { sub: 'repo:acme/app', repository: 'acme/app', actor: 'ada-ci', sha: 'a' };
  forge = await openForge();
  base = forge.lab.git('rev-parse', 'main');
  await forge.offer('one', 'rows.js', CODE);
}, 120_000);
afterAll(async () => {
  forge.close();
  await model.close();
  await provider.close();
});

/** Model and identity provider are in this process: it must not stand still meanwhile. */
const sh = (cwd: string, env: Readonly<Record<string, string>>, script: string): Promise<Ran> =>
  new Promise((done) => {
    const child = execFile(
      'bash',
      ['-eo', 'pipefail', '-c', script],
      { cwd, env, timeout: 60_000 },
      (_error, stdout, stderr) => done({ exit: child.exitCode, stdout, text: stdout + stderr }),
    );
  });

/** A runner's machine, at the tip of the request. */
async function runner(): Promise<Machine> {
  const { cwd, env } = forge.machine();
  expect((await sh(cwd, env, 'git checkout -q --detach origin/one')).exit).toBe(0);
  return { cwd, env };
}

const scriptsOf = (workflow: unknown): readonly string[] =>
  Object.values(objectAt(workflow, 'jobs'))
    .flatMap((job) => arrayAt(job, 'steps'))
    .map((step) => stringAt(step, 'run'))
    .filter(isString);

const linesOf = (job: unknown): readonly string[] =>
  [...arrayAt(job, 'before_script'), ...arrayAt(job, 'script')].filter(isString);

/** Groovy's two kinds of strings; `"` is used only where nothing is filled in. */
const shellSteps = (groovy: string): readonly string[] =>
  [...groovy.matchAll(/^\s*sh (['"])(.*)\1$/gm)].map(([, , script]) => script ?? '');

/** A process for each step, as GitHub's runner has it: what a step writes to GITHUB_ENV is there from the next one on. */
async function runSteps({ cwd, env }: Machine, scripts: readonly string[]): Promise<Ran> {
  const place = join(env['HOME'] ?? '', 'github-env');
  writeFileSync(place, '');
  let text = '';
  for (const script of scripts) {
    const added = readFileSync(place, 'utf8')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    const own = { ...env, GITHUB_ENV: place, ...Object.fromEntries(added) };
    const ran = await sh(cwd, own, script);
    text += ran.text;
    if (ran.exit !== 0) return { ...ran, text };
  }
  return { exit: 0, stdout: '', text };
}

describe('a required check', { timeout: 120_000 }, () => {
  const verify = {
    GitHub: (from: string, machine: Machine) => {
      const fill = (script: string): string =>
        script.replace('${{ github.event.pull_request.base.sha }}', from);
      const scripts = scriptsOf(gitHubVerify).map(fill);
      expect(scripts.join('')).not.toContain('${{');
      return runSteps(machine, scripts);
    },
    GitLab: (from: string, { cwd, env }: Machine) => {
      const given = { ...env, CI_MERGE_REQUEST_DIFF_BASE_SHA: from };
      return sh(cwd, given, linesOf(objectAt(gitLabVerify, 'provenance')).join('\n'));
    },
    Jenkins: (_from: string, { cwd, env }: Machine) =>
      runSteps({ cwd, env: { ...env, CHANGE_TARGET: 'main' } }, shellSteps(jenkinsVerify)),
  };

  test.each(['GitHub', 'GitLab', 'Jenkins'] as const)('%s', async (name) => {
    const machine = await runner();
    const good = await verify[name](base, machine);
    expect(good, good.text).toMatchObject({ exit: 0 });
    const commit =
      'git -c user.name=Eve -c user.email=eve@example.com commit -q --allow-empty -m Unseen';
    expect((await sh(machine.cwd, machine.env, commit)).exit).toBe(0);
    expect((await verify[name](base, machine)).exit).toBe(1);
  });

  test('a job that signs without a key is put on the list', async () => {
    const { cwd, env } = await runner();
    const sigstore = await openSigstore();
    writeFileSync(join(cwd, 'trusted_root.json'), sigstore.root);
    sigstore.close();
    const ran = await sh(cwd, env, trustJob);
    expect(ran, ran.text).toMatchObject({ exit: 0 });
    expect(readFileSync(join(cwd, '.aitrail/allowed_signers'), 'utf8')).toMatch(
      /^# sigstore: ci namespaces="attestation@aitrail" https:\S+ https:\S+@\*$/m,
    );
    expect(readFileSync(join(cwd, '.aitrail/trusted_root.json'), 'utf8')).toBe(sigstore.root);
  });

  test('a server of your own', async () => {
    const bare = join(forge.root, 'own.git');
    await sh(
      forge.root,
      forge.machine().env,
      `git clone -q --bare --branch main '${forge.remote}' own.git`,
    );
    const hook = join(bare, 'hooks', 'pre-receive');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, preReceive, { mode: 0o755 });
    const { cwd, env } = await runner();
    const fetched = await sh(
      cwd,
      env,
      `git fetch -q origin 'refs/notes/aitrail:refs/notes/aitrail'`,
    );
    expect(fetched, fetched.text).toMatchObject({ exit: 0 });
    const push = `git push -q '${bare}' HEAD:refs/heads/offered`;
    const unseen =
      'git -c user.name=Eve -c user.email=eve@example.com commit -q --allow-empty -m Unseen';
    const good = await sh(cwd, env, `${push} refs/notes/aitrail`);
    expect(good, good.text).toMatchObject({ exit: 0 });
    const bad = await sh(cwd, env, `${unseen}; ${push}`);
    expect(bad).toMatchObject({ exit: 1, text: expect.stringContaining('missing') });
  });
});

/** Where a job's agent runs: the demo's agent stands in, the organisation's file names issuers and the model. */
function agentRunner(): Machine {
  const { cwd, env } = forge.machine();
  const [bin] = (env['PATH'] ?? '').split(':');
  const home = env['HOME'] ?? '';
  const agent = `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/flow/demo/agent.js')}' "$2"\n`;
  writeFileSync(join(bin ?? '', 'claude'), agent);
  chmodSync(join(bin ?? '', 'claude'), 0o755);
  const [first] = arrayAt(objectAt(issuers, 'identity'), 'issuers');
  const policy = {
    connections: { anthropic: { protocol: 'anthropic-messages', upstream: model.url } },
    identity: {
      issuers: [{ issuer: provider.issuer, audience: stringAt(first, 'audience') }],
    },
  };
  writeFileSync(join(home, 'policy.json'), JSON.stringify(policy));
  return { cwd, env: { ...env, AITRAIL_POLICY: join(home, 'policy.json') } };
}

/** What was recorded, after which the machine is as before. */
async function recorded({ cwd, env }: Machine): Promise<readonly unknown[]> {
  const { stdout } = await sh(cwd, env, 'aitrail sessions --json; aitrail proxy stop >&2');
  return arrayAt(parseJson(stdout), 'sessions');
}

const gitHub = () => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'acme/app',
  ACTIONS_ID_TOKEN_REQUEST_URL: `${provider.issuer}/runner/token?api-version=2`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: provider.requestToken,
});

describe('an agent in a job', { timeout: 120_000 }, () => {
  test('GitHub: one added step, known by the job’s own token', async () => {
    const { cwd, env } = agentRunner();
    const ran = await runSteps({ cwd, env: { ...env, ...gitHub() } }, scriptsOf(gitHubAgent));
    const [session, ...others] = await recorded({ cwd, env });
    expect(ran, ran.text).toMatchObject({ exit: 0 });
    expect(others).toEqual([]);
    expect(objectAt(session, 'identity')).toMatchObject({
      source: 'claim',
      subject: 'repo:acme/app',
    });
  });

  test('GitLab: the same by a token in a variable', async () => {
    const { cwd, env } = agentRunner();
    const job = objectAt(gitLabAgent, 'work');
    const [name = ''] = Object.keys(objectAt(job, 'id_tokens'));
    const aud = stringAt(objectAt(objectAt(job, 'id_tokens'), name), 'aud') ?? '';
    const token = await provider.issue({ sub: 'project:7', user_login: 'ada-ci', aud });
    const ran = await sh(
      cwd,
      { ...env, GITLAB_CI: 'true', [name]: token },
      linesOf(job).join('\n'),
    );
    const [session] = await recorded({ cwd, env });
    expect(ran, ran.text).toMatchObject({ exit: 0 });
    expect(objectAt(session, 'identity')).toMatchObject({ source: 'claim' });
  });

  test('Jenkins: a step', async () => {
    const { cwd, env } = agentRunner();
    const ran = await runSteps({ cwd, env }, shellSteps(jenkinsAgent));
    expect(await recorded({ cwd, env }), ran.text).toHaveLength(1);
  });
});

describe('T8: job files that know nothing of it', { timeout: 120_000 }, () => {
  const JOB = 'claude -p "Fix the failing test"';

  test('without the runner’s part nothing is recorded: the job has no way to a model', async () => {
    const { cwd, env } = agentRunner();
    const ran = await runSteps({ cwd, env }, [JOB]);
    expect(ran.exit).toBe(1);
    expect(await recorded({ cwd, env })).toEqual([]);
  });

  test('GitHub: the hook before each job', async () => {
    const { cwd, env } = agentRunner();
    const hook = join(env['HOME'] ?? '', 'job-started.sh');
    writeFileSync(hook, jobStarted, { mode: 0o755 });
    const ran = await runSteps({ cwd, env: { ...env, ...gitHub() } }, [hook, JOB]);
    expect(await recorded({ cwd, env }), ran.text).toHaveLength(1);
  });

  test('GitLab: the runner’s own script', async () => {
    const { cwd, env } = agentRunner();
    const [settings] = arrayAt(parseToml(runnerToml), 'runners');
    const before = stringAt(settings, 'pre_build_script') ?? 'false';
    const ran = await sh(cwd, env, `${before}\n${JOB}`);
    expect(await recorded({ cwd, env }), ran.text).toHaveLength(1);
  });

  test('Jenkins: the agent’s process', async () => {
    const { cwd, env } = agentRunner();
    const [bin] = (env['PATH'] ?? '').split(':');
    // what stands for the agent takes the controller's work: one job
    writeFileSync(join(bin ?? '', 'java'), `#!/bin/sh\nsh -c '${JOB}'\n`, { mode: 0o755 });
    const given = { ...env, JENKINS_URL: 'https://ci.example.com', NODE_NAME: 'one' };
    const ran = await sh(cwd, given, jenkinsNode);
    expect(await recorded({ cwd, env }), ran.text).toHaveLength(1);
  });
});
