// pre-push: branches that a rule names. An approval is of one branch, one tip and the patches that it brings; it stays good
// until it expires, and another tip is another push.
import { isDryRunPush } from '../../git/push-command.ts';
import { listOutgoing, type OutgoingCommit, type PushedRef } from '../../git/outgoing.ts';
import { findPolicyBase } from '../../git/policy-base.ts';
import { readPatchIds } from '../../git/patch-ids.ts';
import { runGit } from '../../git/run-git.ts';
import { pushSubject } from '../../guard/approval-subject.ts';
import { branchOf, findPushRules } from '../../guard/branches.ts';
import type { ApprovalNotice, BranchNotice, Effect, Notice } from '../../model/notice.ts';
import type { PushRule } from '../../model/policy.ts';
import { askApproval } from '../approve/ask-approval.ts';
import { readStatements } from '../attribute/commit-notes.ts';
import type { HookWork } from './hook-work.ts';
import { showSubject } from '../approve/show-subject.ts';
import { useApproval } from '../approve/use-approval.ts';

/** @throws Fault of the signer. */
export async function checkBranches(
  work: HookWork,
  refs: readonly PushedRef[],
): Promise<readonly Notice[]> {
  const notices: Notice[] = [];
  for (const ref of refs) {
    const branch = branchOf(ref.remoteRef);
    const rules = branch === null ? [] : findPushRules(branch, work.policy.push);
    if (branch === null || rules.length === 0) continue;
    const commits = await listBrought(work, ref);
    const whose = await readAuthors(work, ref, commits);
    for (const rule of rules) {
      const why = rule.from === 'any' ? 'any' : whose;
      if (why !== null) notices.push(await applyRule(work, rule, { ref, branch, commits, why }));
    }
  }
  return notices;
}

/** What the branch lacks, wherever else on the remote it may be: a topic branch there has asked nobody. */
async function listBrought(
  { repository, objects }: HookWork,
  ref: PushedRef,
): Promise<readonly OutgoingCommit[]> {
  const known = ref.remoteOid === null ? null : await objects.read(`${ref.remoteOid}^{commit}`);
  const base = known === null ? await findPolicyBase(repository, objects) : known.oid;
  const before = base === ref.localOid && known === null ? null : base;
  return listOutgoing(repository, objects, { remote: '', refs: [{ ...ref, remoteOid: before }] });
}

/**
 * Who made what goes out, by the notes of its commits.
 *
 * @returns null: all of them say, and no AI wrote any of it.
 */
async function readAuthors(
  work: HookWork,
  ref: PushedRef,
  commits: readonly OutgoingCommit[],
): Promise<'ai' | 'unknown' | null> {
  if (ref.localOid === null) return 'unknown';
  const ids = commits.map(({ commit }) => commit);
  const statements = await readStatements(work, ids);
  const isAi = [...statements.values()].some(({ predicate }) =>
    predicate.files.some(({ ranges }) => ranges.length > 0),
  );
  if (isAi) return 'ai';
  return ids.every((id) => statements.has(id)) ? null : 'unknown';
}

interface BranchPush {
  readonly ref: PushedRef;
  readonly branch: string;
  readonly commits: readonly OutgoingCommit[];
  readonly why: BranchNotice['why'];
}

async function applyRule(work: HookWork, rule: PushRule, push: BranchPush): Promise<Notice> {
  if (rule.action === 'approve') return approvePush(work, rule, push);
  const isObserved = work.policy.mode === 'observe';
  const stopped: Effect = isObserved ? 'observed' : 'refused';
  const { branch, why } = push;
  const effect = rule.action === 'warn' ? 'warned' : stopped;
  return { kind: 'branch', effect, branch, why, place: rule.place };
}

async function approvePush(
  work: HookWork,
  { approvers, place, branches }: PushRule,
  push: BranchPush,
): Promise<ApprovalNotice> {
  const what = `push to ${push.branch}`;
  const said = { kind: 'approval', what, place, approvers, unsent: null } as const;
  if (work.policy.mode === 'observe') return { ...said, effect: 'observed', id: null, by: null };
  const tip = push.ref.localOid;
  const patchIds = await listPatchIds(work, push.commits);
  const subject = pushSubject({ ref: push.ref.remoteRef, tip, patchIds });
  const wanted = { kind: 'push', digest: subject.digest, approvers, use: null } as const;
  const asking = work.asking ?? work;
  const use = await useApproval(asking, { ...wanted, canFetch: true });
  if (use !== null) return { ...said, effect: 'passed', id: use.id, by: use.approver };
  if (await isDryRunPush(work.repository.caller))
    return { ...said, effect: 'refused', id: null, by: null };
  const asked = await askApproval(asking, {
    kind: 'push',
    what: tip === null ? `${what}: delete it` : `${what}: ${tip.slice(0, 12)}`,
    rule: branches.join(', ').slice(0, 200),
    place,
    approvers,
    session: null,
    exchange: null,
    ...showSubject(subject, await describeCommits(work, push), work.policy.secrets),
  });
  return { ...said, effect: 'refused', id: asked.request.id, by: null, unsent: asked.unsent };
}

async function listPatchIds(
  { repository }: HookWork,
  commits: readonly OutgoingCommit[],
): Promise<readonly string[]> {
  const ids = commits.map(({ commit }) => commit);
  const found = await readPatchIds(repository, ids);
  return ids.flatMap((id) => found.get(id) ?? []);
}

const SHOWN_MAX = 200;

/** The commits that go out, each with its files, as `git log --stat` tells them. */
async function describeCommits(
  { repository }: HookWork,
  { ref, commits }: BranchPush,
): Promise<string> {
  if (ref.localOid === null) return `delete ${ref.remoteRef}\n`;
  const ids = commits.map(({ commit }) => commit).slice(0, SHOWN_MAX);
  if (ids.length === 0) return `move ${ref.remoteRef} to ${ref.localOid}\n`;
  const options = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-show-signature'];
  const args = ['log', '--no-walk=unsorted', '--stat', ...options, '--format=%h %an <%ae>%n    %s'];
  const answer = await runGit(repository.caller, [...args, '--stdin', '--'], {
    stdin: `${ids.join('\n')}\n`,
  });
  return answer.stdout.toString('utf8');
}
