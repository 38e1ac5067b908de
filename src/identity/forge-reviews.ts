// Reviews as GitHub's and GitLab's interfaces tell a job of CI. Where the forge is and whose token counts, the platform
// says in its own variables.
import { isObject, type JsonObject, numberAt, parseJson, stringAt } from '../model/json.ts';
import type { ForgeChange, ForgeReview, ReviewFacts } from '../model/review.ts';

type Env = Readonly<Record<string, string>>;

export interface ForgeDesk {
  readonly forge: ReviewFacts['forge'];
  readonly repository: string;
  /** @throws Error where the forge does not answer, or not in its own form. */
  readonly findChanges: (commit: string) => Promise<readonly ForgeChange[]>;
}

/** @returns null where this is no job with a token of its forge. */
export function openForge(env: Env): ForgeDesk | null {
  return openGithub(env) ?? openGitlab(env);
}

const TIMEOUT_MS = 15_000;
const PAGE = 100;
const PAGES_MAX = 20;

type Ask = (path: string) => Promise<unknown>;

const askWith =
  (base: string, headers: Readonly<Record<string, string>>): Ask =>
  async (path) => {
    const answer = await fetch(`${base.replace(/\/$/, '')}${path}`, {
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`${path} was answered with ${String(answer.status)}`);
    return parseJson(await answer.text());
  };

async function askAll(ask: Ask, path: string): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const items = await ask(`${path}?per_page=${PAGE}&page=${page}`);
    if (!Array.isArray(items)) throw new Error(`${path} was answered with no list`);
    found.push(...items.filter(isObject));
    if (items.length < PAGE) return found;
  }
  throw new Error(`${path} has more than ${PAGE * PAGES_MAX} entries`);
}

const within = (value: JsonObject, name: string): unknown => value[name] ?? {};
const needed = (value: string | null, what: string): string => {
  if (value === null || value === '') throw new Error(`the forge did not say ${what}`);
  return value;
};

function openGithub(env: Env): ForgeDesk | null {
  const { GITHUB_ACTIONS, GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = env;
  if (GITHUB_ACTIONS !== 'true' || !GITHUB_TOKEN || !GITHUB_REPOSITORY) return null;
  const ask = askWith(GITHUB_API_URL ?? 'https://api.github.com', {
    authorization: `Bearer ${GITHUB_TOKEN}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  });
  const place = `/repos/${GITHUB_REPOSITORY}`;
  const readChange = async (pull: JsonObject): Promise<ForgeChange> => {
    const number = numberAt(pull, 'number') ?? 0;
    const reviews = await askAll(ask, `${place}/pulls/${number}/reviews`);
    return {
      number,
      author: needed(stringAt(within(pull, 'user'), 'login'), 'who opened the pull request'),
      head: needed(stringAt(within(pull, 'head'), 'sha'), 'the head of the pull request'),
      reviews: lastWords(reviews.flatMap(readGithubReview)),
    };
  };
  return {
    forge: 'github',
    repository: GITHUB_REPOSITORY,
    findChanges: async (commit) =>
      Promise.all((await askAll(ask, `${place}/commits/${commit}/pulls`)).map(readChange)),
  };
}

const GITHUB_STATES: Readonly<Record<string, ForgeReview['state']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  DISMISSED: 'dismissed',
  COMMENTED: 'commented',
};

/** A review without a commit is of one that was pushed away; a pending one is not given yet. */
function readGithubReview(review: JsonObject): readonly ForgeReview[] {
  const state = GITHUB_STATES[stringAt(review, 'state') ?? ''];
  const reviewer = stringAt(within(review, 'user'), 'login');
  const gitCommit = stringAt(review, 'commit_id');
  if (state === undefined || reviewer === null || gitCommit === null) return [];
  return [{ reviewer, state, gitCommit, at: stringAt(review, 'submitted_at') }];
}

/** In the order in which they were given; a comment takes nothing back. */
function lastWords(reviews: readonly ForgeReview[]): readonly ForgeReview[] {
  const last = new Map<string, ForgeReview>();
  for (const review of reviews)
    if (review.state !== 'commented' || !last.has(review.reviewer))
      last.set(review.reviewer, review);
  return [...last.values()];
}

function openGitlab(env: Env): ForgeDesk | null {
  const { GITLAB_CI, CI_API_V4_URL, CI_PROJECT_ID, CI_PROJECT_PATH, GITLAB_TOKEN } = env;
  if (GITLAB_CI !== 'true' || !GITLAB_TOKEN || !CI_PROJECT_ID || !CI_API_V4_URL) return null;
  const ask = askWith(CI_API_V4_URL, { 'private-token': GITLAB_TOKEN });
  const place = `/projects/${encodeURIComponent(CI_PROJECT_ID)}`;
  const readChange = async (request: JsonObject): Promise<ForgeChange> => {
    const number = numberAt(request, 'iid') ?? 0;
    const head = needed(stringAt(request, 'sha'), 'the head of the merge request');
    const said = await ask(`${place}/merge_requests/${number}/approvals`);
    const given = isObject(said) && Array.isArray(said['approved_by']) ? said['approved_by'] : [];
    return {
      number,
      author: needed(stringAt(within(request, 'author'), 'username'), 'who opened the request'),
      head,
      // GitLab takes approvals back when commits are added: what stands is of the newest one
      reviews: given.filter(isObject).flatMap((each) => {
        const reviewer = stringAt(within(each, 'user'), 'username');
        const at = stringAt(each, 'approved_at');
        return reviewer === null ? [] : [{ reviewer, state: 'approved', gitCommit: head, at }];
      }),
    };
  };
  return {
    forge: 'gitlab',
    repository: CI_PROJECT_PATH ?? CI_PROJECT_ID,
    findChanges: async (commit) =>
      Promise.all(
        (await askAll(ask, `${place}/repository/commits/${commit}/merge_requests`)).map(readChange),
      ),
  };
}
