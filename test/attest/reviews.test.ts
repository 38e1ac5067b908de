// A job of CI attests reviews; the forges are stand-ins on loopback that speak their documented shapes.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, expect, test } from 'vitest';
import { openReview } from '../../src/attest/review-envelope.ts';
import { attestReviews } from '../../src/flow/attest/attest-reviews.ts';
import type { Caller } from '../../src/model/caller.ts';
import { attest, forceNote, makeIdentity, noteOf, verdicts } from './attest-kit.ts';
import { copyLab, openLab, type Lab } from './lab.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Review {
  readonly login: string;
  readonly state?: string;
  readonly at?: string;
}

interface Pull {
  readonly author: string;
  readonly head: string;
  readonly reviews: readonly Review[];
}

/** Answers for one request that holds every commit. */
function answerFor(path: string, { author, head, reviews }: Pull): unknown {
  if (/^\/repos\/team\/app\/commits\/[0-9a-f]{40}\/pulls/.test(path))
    return [
      { number: 7, state: 'closed', user: { login: author }, head: { sha: head, ref: 'topic' } },
    ];
  if (path.startsWith('/repos/team/app/pulls/7/reviews'))
    return reviews.map(({ login, state = 'APPROVED', at = head }, id) => ({
      id,
      user: { login },
      body: '',
      state,
      commit_id: at,
      submitted_at: '2026-01-02T03:04:05Z',
    }));
  if (/^\/api\/v4\/projects\/42\/repository\/commits\/[0-9a-f]{40}\/merge_requests/.test(path))
    return [{ iid: 7, sha: head, author: { username: author }, state: 'merged' }];
  if (path.startsWith('/api/v4/projects/42/merge_requests/7/approvals'))
    return {
      iid: 7,
      approved: true,
      approved_by: reviews.map(({ login }) => ({ user: { username: login } })),
    };
  return null;
}

async function openForge(pull: Pull): Promise<string> {
  const server = createServer((request, response) => {
    const known = request.headers.authorization ?? request.headers['private-token'];
    const answer = String(known).endsWith('job-token') ? answerFor(request.url ?? '', pull) : null;
    response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { message: 'Not Found' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

interface Team {
  readonly lab: Lab;
  readonly ci: Caller;
  readonly commit: string;
}

/** Alice's commit, and a job whose key the list names as a role. */
async function openTeam(): Promise<Team> {
  template ??= makeTeam();
  const made = await template;
  const lab = copyLab(made.lab);
  closers.push(() => rmSync(dirname(lab.repo), { recursive: true }));
  return { lab, ci: { ...made.ci, cwd: lab.repo }, commit: made.commit };
}

let template: Promise<Team> | null = null; // made once
const labs: Lab[] = [];
afterAll(() => {
  for (const lab of labs) rmSync(dirname(lab.repo), { recursive: true });
});

async function makeTeam(): Promise<Team> {
  const lab = openLab();
  const job = openLab({ email: 'ci@example.com' });
  labs.push(lab, job);
  const keys = [await makeIdentity(lab), await makeIdentity(job)];
  lab.commit('.aitrail/allowed_signers', `alice@example.com ${keys[0]}\nci ${keys[1]}\n`);
  const commit = lab.commit('src/a.ts', 'ai: one\n');
  await attest(lab, [commit]);
  return { lab, ci: { ...job.caller, cwd: lab.repo }, commit };
}

type Job = (url: string) => Readonly<Record<string, string>>;

const github: Job = (url) => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_API_URL: url,
  GITHUB_REPOSITORY: 'team/app',
  GITHUB_TOKEN: 'job-token',
});
const gitlab: Job = (url) => ({
  GITLAB_CI: 'true',
  CI_API_V4_URL: `${url}/api/v4`,
  CI_PROJECT_ID: '42',
  GITLAB_TOKEN: 'job-token',
});

const withEnv = (caller: Caller, env: Readonly<Record<string, string>>): Caller => ({
  ...caller,
  env: { ...caller.env, ...env },
});

const require = ['review'] as const;
const OLDER = '1'.repeat(40);

test.each<readonly [string, Omit<Pull, 'head'> & { readonly job: Job }, string]>([
  ['by somebody else', { job: github, author: 'alice', reviews: [{ login: 'bob' }] }, 'verified'],
  [
    'by somebody else, on GitLab',
    { job: gitlab, author: 'alice', reviews: [{ login: 'bob' }] },
    'verified',
  ],
  [
    'by its author alone',
    { job: github, author: 'alice', reviews: [{ login: 'Alice' }] },
    'policy: review: nobody but its author has approved #7',
  ],
  [
    'by nobody',
    { job: gitlab, author: 'alice', reviews: [] },
    'policy: review: nobody but its author has approved #7',
  ],
  [
    'before something was added',
    { job: github, author: 'alice', reviews: [{ login: 'bob', at: OLDER }] },
    'policy: review: bob approved 111111111111 of #7, and not HEAD after it',
  ],
  [
    'by one, while another objects',
    {
      job: github,
      author: 'alice',
      reviews: [{ login: 'bob' }, { login: 'carol', state: 'CHANGES_REQUESTED' }],
    },
    'policy: review: carol asks for changes in #7',
  ],
  [
    'by one who took it back',
    {
      job: github,
      author: 'alice',
      reviews: [{ login: 'bob' }, { login: 'bob', state: 'DISMISSED' }],
    },
    'policy: review: nobody but its author has approved #7',
  ],
  [
    'by one who said more later',
    {
      job: github,
      author: 'alice',
      reviews: [{ login: 'bob' }, { login: 'bob', state: 'COMMENTED' }],
    },
    'verified',
  ],
])('a commit approved %s', async (_, { job, ...pull }, want) => {
  const { lab, ci, commit } = await openTeam();
  expect(await verdicts(lab, { require })).toEqual(['policy: review: nobody attests a review']);
  const url = await openForge({ ...pull, head: commit });
  expect(await attestReviews(withEnv(ci, job(url)), null)).toBe(1);
  const [said = ''] = await verdicts(lab, { require });
  expect(said.replace(commit.slice(0, 12), 'HEAD')).toBe(want);
  expect(await verdicts(lab)).toEqual(['verified']);
});

test('a review that the committer attests counts for nothing, nor one of another commit', async () => {
  const { lab, ci, commit } = await openTeam();
  const url = await openForge({ author: 'x', head: commit, reviews: [{ login: 'bob' }] });
  await attestReviews(withEnv(lab.caller, github(url)), null);
  expect(await verdicts(lab, { require })).toEqual([
    'policy: review: the review is attested by no role that the list names',
  ]);
  await attestReviews(withEnv(ci, github(url)), null);
  const next = lab.commit('src/b.ts', 'ai: two\n');
  await attest(lab, [next]);
  const stolen = noteOf(lab, commit).find((line) => openReview(line) !== null) ?? '';
  forceNote(lab, next, `${noteOf(lab, next).join('\n')}\n${stolen}\n`);
  expect(await verdicts(lab, { require })).toEqual(['policy: review: nobody attests a review']);
});

test('the job’s two envelopes stand side by side, and asking again replaces the older review', async () => {
  const { lab, ci, commit } = await openTeam();
  const url = await openForge({ author: 'alice', head: commit, reviews: [{ login: 'bob' }] });
  const job = withEnv(ci, github(url));
  await attestReviews(job, null);
  await attest(lab, [commit], { caller: ci });
  await attestReviews(job, null);
  expect(noteOf(lab, commit)).toHaveLength(3);
  expect(await verdicts(lab, { require })).toEqual(['verified: also by ci']);
});

test('a forge that does not answer is said to be unreachable; without a job nothing is asked', async () => {
  const { ci, commit } = await openTeam();
  const url = await openForge({ author: 'alice', head: commit, reviews: [] });
  const refused = withEnv(ci, { ...github(url), GITHUB_TOKEN: 'wrong' });
  await expect(attestReviews(refused, null)).rejects.toMatchObject({
    code: 'FORGE_UNREACHABLE',
    exit: 3,
  });
  expect(await attestReviews(ci, null)).toBeNull();
});

test('any text is no review', async () => {
  const { lab, ci, commit } = await openTeam();
  const url = await openForge({ author: 'alice', head: commit, reviews: [{ login: 'bob' }] });
  await attestReviews(withEnv(ci, github(url)), null);
  const good = noteOf(lab, commit).find((line) => openReview(line) !== null) ?? '';
  const payload = /"payload":"([^"]+)"/.exec(good)?.[1] ?? '';
  fc.assert(
    fc.property(fc.nat({ max: payload.length - 1 }), fc.string(), (at, text) => {
      expect(openReview(text)).toBeNull();
      const other = payload[at] === 'A' ? 'B' : 'A';
      const spoilt = `${payload.slice(0, at)}${other}${payload.slice(at + 1)}`;
      expect(openReview(good.replace(payload, spoilt))).toBeNull();
    }),
    { numRuns: Number(process.env['AITRAIL_FUZZ_RUNS'] ?? 80) },
  );
}, 30_000);
