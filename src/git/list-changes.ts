// What commits added, file by file, as git counts it.
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { runGit } from './run-git.ts';

export interface CommitChange {
  readonly commit: string;
  /** `Name <mail>`, by the mailmap. */
  readonly author: string;
  /** `YYYY-MM-DD`, in the author's time zone. */
  readonly day: string;
  /** None for a merge; a binary file adds no lines. */
  readonly files: readonly { readonly path: string; readonly added: number }[];
}

const HEADER = /^\n?([0-9a-f]{40,64})\n(.*)\n(\d{4}-\d\d-\d\d)$/s;
const COUNT = /^\n?(\d+|-)\t(?:\d+|-)\t(.+)$/s;

/** @param range `A..B` or one revision: all that is reachable from it. @throws Fault NO_SUCH_REVISION, NO_COMMITS. */
export async function listChanges(caller: Caller, range: string): Promise<readonly CommitChange[]> {
  const answer = await runGit(
    caller,
    [
      'log',
      '-z',
      '--numstat',
      '--no-renames',
      '--no-show-signature',
      '--no-ext-diff',
      '--no-textconv',
      '--no-relative',
      '--format=%H%n%aN <%aE>%n%as',
      '--end-of-options',
      range,
      '--',
    ],
    { okExits: [0, 128] },
  );
  if (answer.exit !== 0) throw await refusal(caller, range);
  return parseChanges(answer.stdout.toString('utf8'));
}

async function refusal(caller: Caller, range: string): Promise<Fault> {
  const head = await runGit(caller, ['rev-parse', '--verify', '--quiet', 'HEAD'], {
    okExits: [0, 1, 128],
  });
  return head.exit === 0
    ? new Fault('NO_SUCH_REVISION', `${range.slice(0, 200)} names no commits`)
    : new Fault('NO_COMMITS', 'there is no commit yet');
}

function parseChanges(text: string): readonly CommitChange[] {
  const changes: { commit: string; author: string; day: string; files: Count[] }[] = [];
  for (const part of text.split('\0')) {
    const [, commit, author = '', day = ''] = HEADER.exec(part) ?? [];
    const [, added, path] = COUNT.exec(part) ?? [];
    if (commit !== undefined) changes.push({ commit, author, day, files: [] });
    else if (path !== undefined && added !== '-')
      changes.at(-1)?.files.push({ path, added: Number(added) });
  }
  return changes;
}

type Count = CommitChange['files'][number];
