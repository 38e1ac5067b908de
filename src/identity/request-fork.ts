// In a job about a pull or merge request: does it come from a fork? Only words for a person hang on the answer.
import { readFile } from 'node:fs/promises';
import type { Caller } from '../model/caller.ts';
import { objectAt, parseJson, stringAt } from '../model/json.ts';

export interface Fork {
  /** `owner/name`, or the remote's name. */
  readonly name: string;
  /** Where to fetch from; null where that is not known, or not fit to be typed into a shell. */
  readonly from: string | null;
}

const URL_SAFE = /^https:\/\/[\w.-]+(?::\d+)?(?:\/[\w.-]+)+$/;

/** @returns null where it comes from the same repository, or this is no such job. Never throws. */
export async function findRequestFork(env: Caller['env']): Promise<Fork | null> {
  const asked = (await askGithub(env)) ?? askGitlab(env);
  if (asked === null || asked.head === asked.base) return null;
  return { name: asked.head, from: URL_SAFE.test(asked.url) ? asked.url : null };
}

interface Request {
  readonly head: string;
  readonly base: string;
  readonly url: string;
}

async function askGithub(env: Caller['env']): Promise<Request | null> {
  const path = env['GITHUB_EVENT_PATH'] ?? '';
  if (path === '') return null;
  const event = parseJson(await readFile(path, 'utf8').catch(() => '')); // no file, no request
  const head = objectAt(objectAt(objectAt(event, 'pull_request'), 'head'), 'repo');
  const base = objectAt(objectAt(objectAt(event, 'pull_request'), 'base'), 'repo');
  const names = [stringAt(head, 'full_name'), stringAt(base, 'full_name')];
  const [from = null, to = null] = names;
  if (from === null || to === null) return null;
  return { head: from, base: to, url: stringAt(head, 'clone_url') ?? '' };
}

function askGitlab(env: Caller['env']): Request | null {
  const head = env['CI_MERGE_REQUEST_SOURCE_PROJECT_PATH'] ?? '';
  const base = env['CI_MERGE_REQUEST_PROJECT_PATH'] ?? '';
  if (head === '' || base === '') return null;
  return { head, base, url: `${env['CI_MERGE_REQUEST_SOURCE_PROJECT_URL'] ?? ''}.git` };
}
