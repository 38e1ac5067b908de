// pre-push: protected files in commits that no check has judged when they were made, such as cherry-picks, rebases and what
// `--no-verify` let through. Their notes say what an AI wrote; what only people changed is left to review.
import { findProtected } from '../../guard/find-protected.ts';
import type { ChangedPath, ProtectedHit } from '../../guard/finding.ts';
import type { PathNotice } from '../../model/notice.ts';
import type { Policy } from '../../model/policy.ts';
import type { Statement } from '../../model/statement.ts';
import { readStatements } from '../attribute/commit-notes.ts';
import type { HookWork } from './hook-work.ts';

/** A commit that changes protected files. */
export interface TouchingCommit {
  readonly commit: string;
  readonly hits: readonly ProtectedHit[];
}

/**
 * Rules that ask for an approval are left out: nobody can be asked about a commit that is there already, and
 * `verify --require approval` judges those.
 *
 * @returns null where it changes none.
 */
export function findTouching(
  { protect }: Policy,
  { commit, files }: { readonly commit: string; readonly files: readonly ChangedPath[] },
): TouchingCommit | null {
  const rules = protect.filter(({ action }) => action !== 'approve');
  const hits = rules.length === 0 ? [] : findProtected(files, rules);
  return hits.length === 0 ? null : { commit, hits };
}

export async function judgeTouching(
  work: HookWork,
  touching: readonly TouchingCommit[],
): Promise<readonly PathNotice[]> {
  const commits = touching.map(({ commit }) => commit);
  const statements = await readStatements(work, commits);
  return touching.flatMap(({ commit, hits }) => {
    const paths = unjudgedPaths(statements.get(commit));
    return hits
      .filter(({ path }) => paths.has(path))
      .map((hit) => noticeOf(work.policy, hit, commit));
  });
}

/** Files with lines of an AI in a commit that was not checked. */
const unjudgedPaths = (statement: Statement | undefined): ReadonlySet<string> =>
  statement === undefined || statement.predicate.coverage.preCommit === 'ran'
    ? new Set()
    : new Set(
        statement.predicate.files.filter(({ ranges }) => ranges.length > 0).map(({ path }) => path),
      );

function noticeOf({ mode }: Policy, { path, rule }: ProtectedHit, commit: string): PathNotice {
  const stopped = mode === 'observe' ? 'observed' : 'refused';
  const effect = rule.action === 'warn' ? 'warned' : stopped;
  return { kind: 'path', effect, path, why: 'ai', place: rule.place, commit };
}
