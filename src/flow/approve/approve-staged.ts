// A commit that touches what a rule lets through by leave only: it passes with an approval of exactly these blobs, which
// it uses up; else it is asked for, and refused with the request's id.
import { atTop } from '../../git/commit-diff.ts';
import type { PatchFile } from '../../git/patch-file.ts';
import { runGit } from '../../git/run-git.ts';
import { commitSubject, subjectChange } from '../../guard/approval-subject.ts';
import type { JudgedPath } from '../../guard/judge.ts';
import type { ApprovalNotice } from '../../model/notice.ts';
import type { ProtectRule } from '../../model/policy.ts';
import { askApproval } from './ask-approval.ts';
import type { HookWork } from '../commit/hook-work.ts';
import { showSubject } from './show-subject.ts';
import { useApproval } from './use-approval.ts';

export interface StagedChange {
  readonly files: readonly PatchFile[];
  /** Commit id, or the empty tree. */
  readonly base: string;
}

/** @returns one notice for each rule. @throws Fault of the signer. */
export async function approveStaged(
  work: HookWork,
  paths: readonly JudgedPath[],
  staged: StagedChange,
): Promise<readonly ApprovalNotice[]> {
  const byRule = new Map<ProtectRule, Set<string>>();
  for (const { hit } of paths.filter(({ action }) => action === 'approve'))
    byRule.set(hit.rule, (byRule.get(hit.rule) ?? new Set()).add(hit.path));
  const notices: ApprovalNotice[] = [];
  for (const [rule, named] of byRule) {
    const files = staged.files.filter(({ path }) => named.has(path));
    notices.push(await approveFiles(work, rule, { ...staged, files }));
  }
  return notices;
}

async function approveFiles(
  work: HookWork,
  rule: ProtectRule,
  staged: StagedChange,
): Promise<ApprovalNotice> {
  const { approvers, place } = rule;
  const names = staged.files.map(({ path }) => path);
  const said = { kind: 'approval', what: listed(names), place, approvers } as const;
  if (work.policy.mode === 'observe')
    return { ...said, effect: 'observed', id: null, by: null, unsent: null };
  const subject = commitSubject(staged.files.map(subjectChange));
  const use = await useApproval(work, {
    kind: 'commit',
    digest: subject.digest,
    approvers,
    use: { state: 'reserved', head: staged.base, exchange: null },
    canFetch: true,
  });
  if (use !== null)
    return { ...said, effect: 'passed', id: use.id, by: use.approver, unsent: null };
  const asked = await askApproval(work, {
    kind: 'commit',
    what: listed(names),
    rule: rule.paths.join(', ').slice(0, 200),
    place,
    approvers,
    session: null,
    exchange: null,
    ...showSubject(subject, await readPatch(work, names, staged.base), work.policy.secrets),
  });
  return { ...said, effect: 'refused', id: asked.request.id, by: null, unsent: asked.unsent };
}

const LISTED_MAX = 5;

const listed = (names: readonly string[]): string =>
  names.length <= LISTED_MAX
    ? names.join(', ')
    : `${names.slice(0, LISTED_MAX).join(', ')} and ${String(names.length - LISTED_MAX)} more`;

/** As a person reads it. */
async function readPatch(
  { repository }: HookWork,
  names: readonly string[],
  base: string,
): Promise<string> {
  const options = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--no-relative'];
  const paths = names.map((name) => `:(top,literal)${name}`);
  const args = ['diff-index', '--cached', '-p', ...options, base, '--', ...paths];
  return (await runGit(atTop(repository), args)).stdout.toString('utf8');
}
