// What a change brings, for its reviewers: the lines of its newest version with their origin, by the notes that hold, and
// what the policy of the base has to say of its files.
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { type FileChange, readChanges } from '../../git/read-changes.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { findProtected } from '../../guard/find-protected.ts';
import type {
  ApprovalReport,
  ChangeReport,
  Gap,
  ProtectedFileReport,
} from '../../model/change-report.ts';
import type { Policy } from '../../model/policy.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitFacts, CommitVerdict } from '../../model/verdict.ts';
import { reportLines } from './report-lines.ts';
import type { VerifyTarget } from './verify-target.ts';

export interface ReportWork {
  readonly repository: Repository;
  readonly objects: Objects;
  readonly target: VerifyTarget;
  /** As it stands before the change. */
  readonly policy: Pick<Policy, 'protect'>;
  readonly verdicts: readonly CommitVerdict[];
  /** Of the commits whose notes hold. */
  readonly statements: ReadonlyMap<string, Statement>;
  /** What lacks leave, by commit. */
  readonly unapproved: ReadonlyMap<string, string>;
}

/** @throws Fault OBJECTS_MISSING, GIT_FAILED. */
export async function reportChange(work: ReportWork): Promise<ChangeReport> {
  const { objects, target, repository } = work;
  const readings = await Promise.all(target.commits.map((id) => readCommitFacts(objects, id)));
  const facts = readings.flatMap((each) => (each.kind === 'commit' ? [each.facts] : []));
  const [files, changes] = await Promise.all([
    reportLines(work, target),
    readChanges(repository, facts),
  ]);
  const subjects = new Map(facts.map(({ commit, subject }) => [commit, subject]));
  const verdicts = new Map(work.verdicts.map((verdict) => [verdict.commit, verdict]));
  return {
    files,
    protectedFiles: facts.flatMap((each) => reportProtected(work, each, changes)),
    approvals: facts.flatMap(({ commit }) => reportApprovals(work.statements.get(commit), commit)),
    gaps: target.commits.flatMap((commit) => {
      const subject = subjects.get(commit) ?? '';
      const path = changes.get(commit)?.[0]?.path ?? null;
      const said = work.statements.get(commit);
      return findGaps(verdicts.get(commit), said).map((gap) => ({ commit, subject, path, ...gap }));
    }),
  };
}

type Changes = ReadonlyMap<string, readonly FileChange[]>;

function reportProtected(
  work: ReportWork,
  { commit }: CommitFacts,
  changes: Changes,
): readonly ProtectedFileReport[] {
  const hits = findProtected(changes.get(commit) ?? [], work.policy.protect);
  const said = work.statements.get(commit);
  return hits.map(({ path, rule: { action, from } }) => {
    const by = authorOf(said, path);
    const isMeant = from === 'any' || by !== 'unrecorded';
    const hasLeave = action === 'approve' && said !== undefined && !work.unapproved.has(commit);
    return { path, commit, action, from, by, isSettled: !isMeant || hasLeave };
  });
}

/** A file without added lines counts as an AI's where any AI had a part in the commit. */
function authorOf(said: Statement | undefined, path: string): ProtectedFileReport['by'] {
  if (said === undefined) return 'unknown';
  const { files, exchanges } = said.predicate;
  const file = files.find((each) => each.path === path);
  const isAi = file === undefined ? exchanges.length > 0 : file.ranges.length > 0;
  return isAi ? 'ai' : 'unrecorded';
}

const reportApprovals = (said: Statement | undefined, commit: string): readonly ApprovalReport[] =>
  (said?.predicate.approvals ?? []).map(({ id, kind, answer, approver, changes }) => ({
    commit,
    id,
    kind,
    answer,
    approver,
    paths: changes.map(({ path }) => path),
  }));

type GapFound = Pick<Gap, 'kind' | 'text'>;

function findGaps(
  verdict: CommitVerdict | undefined,
  said: Statement | undefined,
): readonly GapFound[] {
  const coverage = said?.predicate.coverage;
  const gaps: GapFound[] = [];
  if (verdict !== undefined && verdict.status !== 'verified')
    gaps.push({ kind: 'unverified', text: textOf(verdict) });
  if (coverage?.preCommit === 'absent')
    gaps.push({ kind: 'pre-commit', text: 'the check before the commit did not run' });
  if (coverage !== undefined && coverage.recorder !== 'active')
    gaps.push({
      kind: 'recorder',
      text:
        coverage.recorder === 'off'
          ? 'the recorder was off'
          : 'an agent was at work and nothing was recorded',
    });
  return gaps;
}

const textOf = ({ status, reason }: CommitVerdict): string =>
  reason === null ? status : `${status}: ${reason}`;
