// aitrail verify, from words to answer: gather targets and trust, judge, sum up.
import { openObjects, type Objects } from '../../git/objects.ts';
import { openRepository, type Repository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import type { ChangeReport } from '../../model/change-report.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitVerdict } from '../../model/verdict.ts';
import type { Requirement, Verification } from '../../model/verification.ts';
import { checkApprovals } from './check-approvals.ts';
import { describeTrust } from './describe-trust.ts';
import { nameMissing } from './missing-notes.ts';
import { nameGone } from './name-gone.ts';
import { loadSharedPolicy } from '../policy/load-policy.ts';
import { readTrust, withTip } from './read-trust.ts';
import { reportChange } from './report-change.ts';
import { readPushed, type PushedTargets } from './verify-push.ts';
import { verifyCommits, type VerifiedCommits, type VerifyWork } from './verify-range.ts';
import { resolveCommit, resolveTarget, type VerifyTarget } from './verify-target.ts';

export interface VerifyQuestion {
  readonly range: string | null;
  /** pre-receive's lines; then `range` is not read. */
  readonly pushed: string | null;
  readonly trustRef: string | null;
  readonly require: readonly Requirement[];
  /** Also tell what the change brings? */
  readonly isReported?: boolean;
  /** Is told how many commits were judged. */
  readonly onStep?: (done: number, all: number) => void;
}

/** @throws Fault NOT_A_REPOSITORY, NO_SUCH_REVISION, OBJECTS_MISSING and others of exit 2 and 3. */
export async function verify(caller: Caller, question: VerifyQuestion): Promise<Verification> {
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    return await verifyIn(repository, objects, question);
  } finally {
    objects.close();
  }
}

async function verifyIn(
  repository: Repository,
  objects: Objects,
  question: VerifyQuestion,
): Promise<Verification> {
  const { targets, notes } = await findTargets(repository, objects, question);
  const { trustRef, require, isReported = false, onStep = () => undefined } = question;
  const fixed = trustRef === null ? null : await resolveCommit(repository, trustRef);
  const verdicts: (CommitVerdict & { readonly subject: string })[] = [];
  const trustedBy = new Set<string>();
  const reports: ChangeReport[] = [];
  let fetch: string | null = null;
  for (const target of targets) {
    const base = fixed ?? target.base;
    const policy = await loadSharedPolicy(repository.caller, objects, base);
    const listed = await withTip(
      await readTrust(repository, objects, base),
      objects,
      target.commits[0],
    );
    const trust = { ...listed, requiresTouch: policy.requiresTouch };
    trustedBy.add(describeTrust(trust.source));
    const work = { repository, objects, trust, require, policy, pushedNotes: notes };
    const verified = await verifyCommits({ ...work, onStep }, target);
    const missing = await nameMissing(repository, verified.verdicts);
    fetch ??= missing.fetch;
    const told = await nameGone(repository.caller, statementsOf(verified), missing.verdicts);
    const named = { ...verified, verdicts: told };
    for (const verdict of told)
      verdicts.push({ ...verdict, subject: verified.subjects.get(verdict.commit) ?? '' });
    if (isReported) reports.push(await report(work, target, named));
  }
  return {
    isOk: verdicts.every((verdict) => verdict.status === 'verified'),
    verdicts,
    trustedBy: [...trustedBy],
    fetch,
    reports,
  };
}

const statementsOf = ({ stated }: VerifiedCommits): ReadonlyMap<string, Statement> =>
  new Map(stated.map(({ facts, statement }) => [facts.commit, statement]));

async function report(
  work: VerifyWork,
  target: VerifyTarget,
  verified: VerifiedCommits,
): Promise<ChangeReport> {
  const { verdicts, stated } = verified;
  const statements = statementsOf(verified);
  const unapproved = await checkApprovals({ ...work, isStrict: false }, stated);
  return reportChange({ ...work, target, verdicts, statements, unapproved });
}

async function findTargets(
  repository: Repository,
  objects: Objects,
  question: VerifyQuestion,
): Promise<PushedTargets> {
  if (question.pushed !== null) return readPushed(repository, objects, question.pushed);
  const target: VerifyTarget = await resolveTarget(repository, objects, question.range);
  return { targets: [target], notes: new Map() };
}
