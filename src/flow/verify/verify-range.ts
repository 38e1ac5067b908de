// aitrail verify: every commit of a range against its note, trusted signers taken from before the range. It never says
// yes on doubt: what cannot be checked is a fault with exit 3.
import type { Trust } from '../../attest/trust.ts';
import { listNotesRefs } from '../../git/notes.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readPending } from '../../git/pending.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitVerdict } from '../../model/verdict.ts';
import type { Policy } from '../../model/policy.ts';
import type { Requirement } from '../../model/verification.ts';
import { checkApprovals } from './check-approvals.ts';
import { checkLogChain } from './check-log-chain.ts';
import { judgeBlock, plain, type Good, type Judged, type Refusal } from './judge-block.ts';
import type { VerifyTarget } from './verify-target.ts';

/** Commits that are judged at a time. */
const BLOCK = 1024;

export interface VerifyWork {
  readonly repository: Repository;
  readonly objects: Objects;
  readonly trust: Trust;
  readonly require: readonly Requirement[];
  /** As it stands before the change: what `approval` is judged by. */
  readonly policy: Pick<Policy, 'protect' | 'groups'>;
  /** Notes that a push brings along, by commit: they count beside those that are there. */
  readonly pushedNotes: ReadonlyMap<string, readonly string[]>;
}

type OnStep = (done: number, all: number) => void;

export interface VerifiedCommits {
  /** In the target's order, newest first. */
  readonly verdicts: readonly CommitVerdict[];
  /** First lines of the commits' messages, by commit id. */
  readonly subjects: ReadonlyMap<string, string>;
  /** Of the commits whose notes hold, whatever a requirement says of them. */
  readonly stated: readonly Good[];
}

/** @throws Fault OBJECTS_MISSING. */
export async function verifyCommits(
  work: VerifyWork & { readonly onStep?: OnStep },
  target: Pick<VerifyTarget, 'commits'>,
): Promise<VerifiedCommits> {
  const [notesRefs, pending] = await Promise.all([
    listNotesRefs(work.repository),
    readPending(work.repository),
  ]);
  const waiting = new Set(pending.map((each) => each.commit));
  const known = { ...work, notesRefs, waiting, range: new Set(target.commits) };
  const { onStep = () => undefined } = work;
  let done = 0;
  onStep(done, target.commits.length);
  const judged = await inBlocks(target.commits, async (commits) => {
    const block = await judgeBlock(known, commits);
    onStep((done += commits.length), target.commits.length);
    return block;
  });
  const good = judged.filter((each) => each.kind === 'good');
  const deeper = await checkDeeper(work, good);
  const holds = ({ verdict }: Good): boolean =>
    ['verified', 'policy'].includes(deeper.get(verdict.commit)?.status ?? verdict.status);
  return {
    verdicts: judged.map(({ verdict }) => deeper.get(verdict.commit) ?? verdict),
    subjects: new Map(judged.map((each) => [each.verdict.commit, subjectOf(each)])),
    stated: good.filter(holds),
  };
}

const subjectOf = (judged: Judged): string =>
  judged.kind === 'good' ? judged.facts.subject : judged.subject;

/** Two at a time: while git works for one block, this process judges the other. @returns in the order of the commits. */
async function inBlocks(
  commits: readonly string[],
  judge: (block: readonly string[]) => Promise<readonly Judged[]>,
): Promise<readonly Judged[]> {
  const blocks = Array.from({ length: Math.ceil(commits.length / BLOCK) }, (_, at) =>
    commits.slice(at * BLOCK, (at + 1) * BLOCK),
  );
  const judged: (readonly Judged[])[] = [];
  const left = blocks.entries();
  const work = async (): Promise<void> => {
    for (const [at, block] of left) judged[at] = await judge(block);
  };
  await Promise.all([work(), work()]);
  return judged.flat();
}

/** What all commits settle together, and what is required of them. @returns verdicts that change. */
async function checkDeeper(
  work: VerifyWork,
  good: readonly Good[],
): Promise<ReadonlyMap<string, CommitVerdict>> {
  const changed = new Map<string, CommitVerdict>();
  const chain = checkLogChain(
    good.flatMap((each) =>
      each.own.kind === 'logged' ? [{ ...each, checkpoint: each.own.checkpoint }] : [],
    ),
  );
  const unapproved = work.require.includes('approval')
    ? await checkApprovals({ ...work, isStrict: true }, good)
    : new Map<string, string>();
  for (const each of good) {
    const { commit } = each.facts;
    const refusal =
      (each.own.kind === 'refused' ? each.own.refusal : null) ??
      unlogged(chain.get(commit) ?? null) ??
      unmet(work.require, each.statement.predicate.coverage) ??
      breach(unapproved.get(commit)) ??
      unreviewed(each);
    if (refusal !== null) changed.set(commit, { ...each.verdict, ...refusal });
  }
  return changed;
}

const unlogged = (why: string | null): Refusal | null =>
  why === null ? null : { status: 'unlogged', reason: plain(why) };

const unreviewed = ({ unreviewed: why }: Good): Refusal | null =>
  why === null ? null : breach(`review: ${why}`);

const breach = (why: string | undefined): Refusal | null =>
  why === undefined ? null : { status: 'policy', reason: plain(why) };

function unmet(
  require: readonly Requirement[],
  coverage: Statement['predicate']['coverage'],
): Refusal | null {
  if (require.includes('pre-commit') && coverage.preCommit !== 'ran')
    return { status: 'policy', reason: 'pre-commit: the check did not run for this tree' };
  if (require.includes('coverage') && coverage.recorder !== 'active')
    return {
      status: 'policy',
      reason:
        coverage.recorder === 'off'
          ? 'coverage: the recorder was off'
          : 'coverage: an agent was at work and nothing was recorded',
    };
  return null;
}
