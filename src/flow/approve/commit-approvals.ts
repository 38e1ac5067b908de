// What a commit's statement says of approvals: those that its protected files needed, with the decision itself, so that
// whoever has the note can judge it; and those that let the calls pass which wrote its lines.
import { findProtected } from '../../guard/find-protected.ts';
import {
  coverChange,
  parseChanges,
  type SubjectChange,
  subjectChange,
} from '../../guard/approval-subject.ts';
import { type FileChange, readChanges } from '../../git/read-changes.ts';
import type { Approval, SignedDecision } from '../../model/approval.ts';
import type { StatementApproval } from '../../model/statement.ts';
import type { CommitFacts } from '../../model/verdict.ts';
import { listUses } from './approval-uses.ts';
import type { AttestWork } from '../attest/attest-work.ts';
import { readApprovalFacts, readApprovals } from './read-approvals.ts';

/** @param exchanges that the commit's lines came from. @returns each approval once, by id. */
export async function readCommitApprovals(
  work: AttestWork,
  facts: CommitFacts,
  exchanges: readonly string[],
): Promise<readonly StatementApproval[]> {
  const found = [...(await ofFiles(work, facts)), ...(await ofCalls(work, exchanges))];
  const once = new Map(found.map((each) => [each.decisionSha256, each]));
  return [...once.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

async function ofFiles(
  work: AttestWork,
  commit: CommitFacts,
): Promise<readonly StatementApproval[]> {
  const rules = work.policy.protect.filter(({ action }) => action === 'approve');
  if (rules.length === 0) return [];
  const changes = (await readChanges(work.repository, [commit])).get(commit.commit) ?? [];
  const hits = findProtected(changes, rules);
  if (hits.length === 0) return [];
  const facts = await readApprovalFacts(work);
  const found: StatementApproval[] = [];
  for (const rule of rules) {
    const paths = new Set(hits.filter((hit) => hit.rule === rule).map(({ path }) => path));
    const wanted = changes.filter(({ path }) => paths.has(path));
    if (wanted.length > 0)
      found.push(...pickCovering(wanted, await readApprovals(work, facts, rule.approvers)));
  }
  return found;
}

function pickCovering(
  wanted: readonly FileChange[],
  approvals: readonly Approval[],
): readonly StatementApproval[] {
  const known = approvals.flatMap((approval) => {
    const changes = parseChanges(approval.request.subject ?? '');
    const by = passOf(approval);
    return changes === null || by === null || approval.doubt !== null ? [] : [{ changes, by }];
  });
  const steps = known.map(({ changes }) => changes);
  const used = new Set(wanted.flatMap((change) => coverChange(subjectChange(change), steps) ?? []));
  return known.filter((_, index) => used.has(index)).map(({ by, changes }) => say(by, changes));
}

/** The calls behind the commit's lines that somebody let pass. */
async function ofCalls(
  work: AttestWork,
  exchanges: readonly string[],
): Promise<readonly StatementApproval[]> {
  const uses = await listUses(work.repository);
  const requests = new Set(
    [...uses].flatMap(([request, { exchange }]) =>
      exchange !== null && exchanges.includes(exchange) ? [request] : [],
    ),
  );
  if (requests.size === 0) return [];
  const approvals = await readApprovals(work, await readApprovalFacts(work));
  return approvals.flatMap((approval) => {
    const by = passOf(approval);
    return by === null || !requests.has(approval.sha256) ? [] : [say(by, [])];
  });
}

/** A word of approval counts for more than a broken glass, whenever it came. */
const passOf = ({ decisions }: Approval): SignedDecision | null =>
  decisions.findLast(({ answer }) => answer === 'approve') ??
  decisions.findLast(({ answer }) => answer === 'break-glass') ??
  null;

const say = (by: SignedDecision, changes: readonly SubjectChange[]): StatementApproval => ({
  id: by.id,
  kind: by.kind,
  digest: by.digest,
  answer: by.answer === 'break-glass' ? 'break-glass' : 'approve',
  approver: by.approver,
  decisionSha256: by.sha256,
  decision: by.envelope,
  changes,
});
