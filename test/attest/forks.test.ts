// Row S8: forks and fresh clones. Notes travel with neither; what verify prints brings them, and who signed decides.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { command as blame } from '../../src/cli/blame.ts';
import { attest, makeIdentity, verdicts, ask } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let team: Lab;
let fork: Lab;
const labs: Lab[] = [];

/** A clone of a repository in a place of its own, with no state. */
function clone(of: Lab, email: string): Lab {
  const lab = openLab({ email });
  labs.push(lab);
  rmSync(lab.repo, { recursive: true });
  execFileSync('git', ['clone', '-q', of.repo, lab.repo], { env: lab.env, stdio: 'pipe' });
  return lab;
}

beforeAll(async () => {
  team = openLab();
  labs.push(team);
  const key = await makeIdentity(team);
  team.commit('.aitrail/allowed_signers', `alice@example.com ${key}\n`);
  await attest(team, [team.commit('a.js', 'ai: a\n')]);
  fork = clone(team, 'mallory@example.com');
  await makeIdentity(fork);
  fork.git('checkout', '-q', '-b', 'topic');
  await attest(fork, [fork.commit('b.js', 'ai: b\n')]);
});
afterAll(() => {
  for (const { repo } of labs) rmSync(dirname(repo), { recursive: true });
});

/** Types a command that was printed, as a person would. */
const type = ({ repo, env }: Lab, command: string): string =>
  execFileSync('sh', ['-c', command], { cwd: repo, env, encoding: 'utf8', stdio: 'pipe' });

test('an auditor without init types the one command that verify prints', async () => {
  const auditor = clone(team, 'auditor@example.com');
  const { verdicts: before, fetch } = await ask(auditor);
  expect(before.map(({ status, reason }) => [status, reason])).toEqual([['missing', null]]);
  expect(fetch).toMatch(/^git fetch origin '\S+'$/);
  type(auditor, fetch ?? 'false');
  expect(await ask(auditor)).toMatchObject({ isOk: true, fetch: null });
});

test('after clone, init and a plain fetch, blame and verify know the lines', async () => {
  const newcomer = clone(team, 'newcomer@example.com');
  await initRepository(newcomer.caller, { askNotesPush: async () => true });
  newcomer.git('fetch', '-q');
  expect(await verdicts(newcomer)).toEqual(['verified']);
  const written: Uint8Array[] = [];
  const out = {
    write: (text: string) => void written.push(Buffer.from(text)),
    writeBytes: (bytes: Uint8Array) => void written.push(bytes),
    note: () => undefined,
    progress: () => undefined,
    isColour: false,
    isTty: false,
    isInteractive: false,
  };
  await blame.run({ caller: newcomer.caller, words: ['a.js'], options: {}, out });
  expect(Buffer.concat(written).toString()).toMatch(/\(claude-code +\d{4}.*ai: a/);
});

describe('a request from a fork', () => {
  let reviewer: Lab;
  beforeAll(() => {
    reviewer = clone(team, 'reviewer@example.com');
    reviewer.git(
      'fetch',
      '-q',
      'origin',
      '+refs/notes/aitrail*:refs/notes/remotes/origin/aitrail*',
    );
    reviewer.git('remote', 'add', 'mallory', fork.repo);
    reviewer.git('fetch', '-q', 'mallory');
    reviewer.git('checkout', '-q', '-b', 'review', 'mallory/topic');
  });

  test('by its remote: missing (fork), with the command that brings its notes; these are trusted by signer alone', async () => {
    const range = { range: 'origin/main..review' };
    expect(await verdicts(reviewer, range)).toEqual([
      'missing: fork: it comes from mallory, and notes do not travel with a request',
    ]);
    const { fetch } = await ask(reviewer, range);
    type(reviewer, fetch ?? 'false');
    expect((await verdicts(reviewer, range))[0]).toMatch(/^untrusted-signer: key SHA256:/);
    expect((await ask(reviewer, range)).fetch).toBe(null);
    // a ref that is named as the team's own says nothing either
    fork.git('update-ref', 'refs/notes/aitrail-origin', 'refs/notes/aitrail');
    type(reviewer, "git fetch -q mallory '+refs/notes/aitrail:refs/notes/remotes/origin/aitrail'");
    expect((await verdicts(reviewer, range))[0]).toMatch(/^untrusted-signer: key SHA256:/);
  });

  const FORKED = 'fork: it comes from mallory/app, and notes do not travel with a request';
  const GLOB = "'+refs/notes/aitrail*:refs/notes/remotes";
  const APP = 'https://git.example.com/mallory/app.git';

  test.each([
    ['GitHub', ['mallory/app', APP], [FORKED, `git fetch ${APP} ${GLOB}/mallory-app/aitrail*'`]],
    ['GitHub, with what no shell should see', ['mallory/app', 'https://x/$(id)'], [FORKED, null]],
    [
      'GitHub, of the same repository',
      ['team/app', 'https://git.example.com/team/app.git'],
      [null, `git fetch origin ${GLOB}/origin/aitrail*'`],
    ],
  ])('%s: by the event of the job', async (_what, request, want) => {
    const [head, url] = request;
    const job = clone(team, 'job@example.com');
    job.git('fetch', '-q', fork.repo, 'topic');
    const file = join(job.home, 'event.json');
    const repo = { full_name: head, clone_url: url };
    const event = { pull_request: { head: { repo }, base: { repo: { full_name: 'team/app' } } } };
    writeFileSync(file, JSON.stringify(event));
    const caller = { cwd: job.repo, env: { ...job.env, GITHUB_EVENT_PATH: file } };
    const answer = await ask({ ...job, caller }, { range: 'origin/main..FETCH_HEAD' });
    expect([answer.verdicts[0]?.reason, answer.fetch]).toEqual(want);
  });

  test('GitLab: by the variables of the job', async () => {
    const job = clone(team, 'job@example.com');
    job.git('fetch', '-q', fork.repo, 'topic');
    const env = {
      ...job.env,
      CI_MERGE_REQUEST_PROJECT_PATH: 'team/app',
      CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: 'mallory/app',
      CI_MERGE_REQUEST_SOURCE_PROJECT_URL: 'https://git.example.com/mallory/app',
    };
    const caller = { cwd: job.repo, env };
    const answer = await ask({ ...job, caller }, { range: 'origin/main..FETCH_HEAD' });
    expect(answer.verdicts[0]?.reason).toMatch(/^fork: it comes from mallory\/app/);
    expect(answer.fetch).toContain('https://git.example.com/mallory/app.git');
  });
});
