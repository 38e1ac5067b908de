// verify --require approval: what the policy of the base lets through by leave only was approved, change for change, by
// somebody who may and who did not make the commit. Neither the committer's policy nor the committer's word counts.
import { openApproval } from '../../attest/approval-envelope.ts';
import {
  type OpenedDecision,
  type OpenedRequest,
  refuseApprover,
} from '../../attest/judge-approval.ts';
import type { Trust } from '../../attest/trust.ts';
import { readApprovalLines } from '../../git/approval-refs.ts';
import { readRoots } from '../../git/approval-place.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { type FileChange, readChanges } from '../../git/read-changes.ts';
import {
  commitSubject,
  coverChange,
  parseChanges,
  type SubjectChange,
  subjectChange,
} from '../../guard/approval-subject.ts';
import { peopleOf } from '../../guard/approvers.ts';
import { findProtected } from '../../guard/find-protected.ts';
import { Fault } from '../../model/fault.ts';
import type { Policy, ProtectRule } from '../../model/policy.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitFacts } from '../../model/verdict.ts';

export interface ApprovalsWork {
  readonly repository: Repository;
  readonly objects: Objects;
  readonly trust: Trust;
  /** As it stands before the change. */
  readonly policy: Pick<Policy, 'protect' | 'groups'>;
  /** A decision names its repository by the first commits of it. Where history is cut: refuse to answer, or compare
   *  everything else? */
  readonly isStrict: boolean;
}

export interface StatedCommit {
  readonly facts: CommitFacts;
  readonly statement: Statement;
  /** Blob of the key that signed the statement. */
  readonly key: Uint8Array;
}

/** @returns what is missing, by commit; commits that lack nothing have no entry. @throws Fault OBJECTS_MISSING. */
export async function checkApprovals(
  work: ApprovalsWork,
  commits: readonly StatedCommit[],
): Promise<ReadonlyMap<string, string>> {
  const missing = new Map<string, string>();
  const rules = work.policy.protect.filter(({ action }) => action === 'approve');
  if (rules.length === 0 || commits.length === 0) return missing;
  const [changes, roots, known] = await Promise.all([
    readChanges(
      work.repository,
      commits.map(({ facts }) => facts),
    ),
    readRoots(work.repository),
    readKnown(work, commits),
  ]);
  for (const commit of commits) {
    const own = changes.get(commit.facts.commit) ?? [];
    for (const rule of rules) {
      const people = peopleOf(rule.approvers, work.policy.groups);
      const question = { trust: work.trust, people, roots };
      const wanted = wantedOf(commit, own, rule);
      if (wanted.length > 0 && roots === null && work.isStrict)
        throw new Fault('OBJECTS_MISSING', 'approvals cannot be checked where history is cut');
      const why = findMissing(wanted, { known, question, commit });
      if (why !== null) missing.set(commit.facts.commit, `approval: ${why}`);
    }
  }
  return missing;
}

/** `from: ai` by the statement: a file without added lines counts as an AI's where any AI had a part in the commit. */
function wantedOf(
  { statement }: StatedCommit,
  changes: readonly FileChange[],
  rule: ProtectRule,
): readonly SubjectChange[] {
  const { files, exchanges } = statement.predicate;
  const hit = new Set(findProtected(changes, [rule]).map(({ path }) => path));
  const isWanted = (path: string): boolean => {
    if (!hit.has(path)) return false;
    const said = files.find((file) => file.path === path);
    const isAi = said === undefined ? exchanges.length > 0 : said.ranges.length > 0;
    return rule.from === 'any' || isAi;
  };
  return changes.filter(({ path }) => isWanted(path)).map(subjectChange);
}

interface Known {
  readonly decisions: readonly OpenedDecision[];
  /** By digest: computed here, not read from anywhere. */
  readonly changes: ReadonlyMap<string, readonly SubjectChange[]>;
}

/** From the commits' own notes, and from the refs: what went through with break-glass is approved afterwards. */
async function readKnown(
  { repository, objects }: ApprovalsWork,
  commits: readonly StatedCommit[],
): Promise<Known> {
  const stated = commits.flatMap(({ statement }) => statement.predicate.approvals);
  const lines = [
    ...stated.map(({ decision }) => decision),
    ...(await readApprovalLines(repository, objects)),
  ];
  const opened = [...new Set(lines)].map(openApproval);
  const requests = opened.filter((each): each is OpenedRequest => each?.kind === 'request');
  const told = [
    ...stated.map(({ changes }) => changes),
    ...requests.map(({ request }) => parseChanges(request.subject ?? '') ?? []),
  ];
  return {
    decisions: opened.filter((each): each is OpenedDecision => each?.kind === 'decision'),
    changes: new Map(told.map((changes) => [commitSubject(changes).digest, changes])),
  };
}

interface Search {
  readonly known: Known;
  readonly commit: StatedCommit;
  readonly question: {
    readonly trust: Trust;
    readonly people: readonly string[] | null;
    readonly roots: readonly string[] | null;
  };
}

/** @returns the first change that nobody approved, in words; null where all were. */
function findMissing(wanted: readonly SubjectChange[], search: Search): string | null {
  const stepsOf = (answers: readonly string[]): readonly (readonly SubjectChange[])[] =>
    search.known.decisions
      .filter((each) => answers.includes(each.decision.answer) && isGood(each, search))
      .flatMap(({ decision }) => [search.known.changes.get(decision.digest) ?? []]);
  const approved = stepsOf(['approve']);
  const open = wanted.find((change) => coverChange(change, approved) === null);
  if (open === undefined) return null;
  const isBroken = coverChange(open, stepsOf(['approve', 'break-glass'])) !== null;
  return isBroken
    ? `${open.path} went through with break-glass, and nobody else has approved it since`
    : `${open.path} was not approved`;
}

function isGood(
  { decision, publicKey, isTouched }: OpenedDecision,
  { question, commit }: Search,
): boolean {
  if (decision.kind !== 'commit') return false;
  const { roots } = question;
  if (roots !== null && !roots.some((root) => decision.roots.includes(root))) return false;
  if (decision.expiresAtMs !== null && decision.atMs > decision.expiresAtMs) return false;
  const { facts, key } = commit;
  const asked = { requester: facts.committer, keys: [key] };
  const refusal = refuseApprover(
    { trust: question.trust, people: question.people, atMs: Date.now() },
    asked,
    { ...decision, publicKey, isTouched },
  );
  return refusal === null;
}
