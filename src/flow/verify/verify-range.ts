// aitrail verify: every commit of a range against its note, trusted signers taken from before the range. It never says
// yes on doubt: what cannot be checked is a fault with exit 3.
import { judgeNote, type JudgedNote } from '../../attest/judge-note.ts';
import { refuseUnreviewed } from '../../attest/judge-review.ts';
import type { Trust } from '../../attest/trust.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { readNotes } from '../../git/notes.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readPatchIds } from '../../git/patch-ids.ts';
import { readPending } from '../../git/pending.ts';
import { Fault } from '../../model/fault.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitFacts, CommitVerdict, VerifyStatus } from '../../model/verdict.ts';
import type { Policy } from '../../model/policy.ts';
import { checkApprovals } from './check-approvals.ts';
import { checkFiles } from './check-files.ts';
import { checkLogChain } from './check-log-chain.ts';
import { checkLog } from './check-log-proof.ts';
import type { VerifyTarget } from './verify-target.ts';
import { askWitnesses } from './witnessed.ts';

export const REQUIREMENTS = ['attested', 'pre-commit', 'coverage', 'approval', 'review'] as const;
export type Requirement = (typeof REQUIREMENTS)[number];

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

export interface VerifiedCommits {
  /** In the target's order, newest first. */
  readonly verdicts: readonly CommitVerdict[];
  /** Of the commits whose notes hold, whatever a requirement says of them. */
  readonly stated: readonly Good[];
}

/** @throws Fault OBJECTS_MISSING. */
export async function verifyCommits(
  work: VerifyWork,
  target: Pick<VerifyTarget, 'commits'>,
): Promise<VerifiedCommits> {
  const { repository, objects } = work;
  const [notes, pending] = await Promise.all([
    readNotes(repository, objects, target.commits),
    readPending(repository),
  ]);
  await refuseCutHistory(objects, target.commits);
  const waiting = new Set(pending.map((each) => each.commit));
  const judged = await Promise.all(
    target.commits.map((commit) => {
      const lines = [...(notes.get(commit) ?? []), ...(work.pushedNotes.get(commit) ?? [])];
      return judgeCommit(work, commit, { lines, isWaiting: waiting.has(commit) });
    }),
  );
  const good = judged.filter((each) => each.kind === 'good');
  const deeper = await checkDeeper(work, good);
  const holds = ({ verdict }: Good): boolean =>
    ['verified', 'policy'].includes(deeper.get(verdict.commit)?.status ?? verdict.status);
  return {
    verdicts: judged.map(({ verdict }) => deeper.get(verdict.commit) ?? verdict),
    stated: good.filter(holds),
  };
}

/** A shallow clone ends at commits whose parents are not there: what they changed cannot be told. */
async function refuseCutHistory(objects: Objects, commits: readonly string[]): Promise<void> {
  const there = new Set(commits);
  await Promise.all(
    commits.map(async (commit) => {
      const reading = await readCommitFacts(objects, commit);
      const parents = reading.kind === 'commit' ? reading.facts.parents : [];
      for (const parent of parents.filter((each) => !there.has(each)))
        if ((await objects.read(parent)) === null)
          throw new Fault(
            'OBJECTS_MISSING',
            `parent ${parent.slice(0, 12)} of ${commit.slice(0, 12)} is not in this clone`,
          );
    }),
  );
}

/** What the note alone and the commit object settle. */
export type Judged =
  | { readonly kind: 'settled'; readonly verdict: CommitVerdict }
  | {
      readonly kind: 'good';
      readonly verdict: CommitVerdict;
      readonly facts: CommitFacts;
      readonly statement: Statement;
      /** Its predicate as it was signed. */
      readonly signed: JsonObject;
      /** Blob of the key that signed it. */
      readonly key: Uint8Array;
      /** Of its note. */
      readonly lines: readonly string[];
    };

async function judgeCommit(
  work: VerifyWork,
  commit: string,
  note: { readonly lines: readonly string[]; readonly isWaiting: boolean },
): Promise<Judged> {
  const reading = await readCommitFacts(work.objects, commit);
  if (reading.kind === 'absent')
    throw new Fault('OBJECTS_MISSING', `commit ${commit.slice(0, 12)} is not in this clone`);
  if (reading.kind === 'malformed') return settled(commit, 'malformed', reading.why);
  const { facts } = reading;
  const { best, others } = judgeNote(note.lines, {
    facts,
    trust: work.trust,
    atMs: Date.now(),
    ...askWitnesses(commit, note.lines, work.trust),
  });
  if (best === null)
    return settled(commit, 'missing', note.isWaiting ? 'pending: it waits to be signed' : null);
  const { status, signer, statement, signed } = best;
  if (status !== 'verified' || statement === null || signed === null)
    return { kind: 'settled', verdict: { commit, status, signer, reason: plain(best.reason) } };
  const verdict = { commit, status, signer, reason: joined(best.reason, namesOf(others)) };
  const key = Buffer.from(best.key ?? '', 'base64');
  return { kind: 'good', verdict, facts, statement, signed, key, lines: note.lines };
}

const settled = (commit: string, status: VerifyStatus, reason: string | null): Judged => ({
  kind: 'settled',
  verdict: { commit, status, signer: null, reason: plain(reason) },
});

const namesOf = (others: JudgedNote['others']): string | null =>
  others.length === 0 ? null : plain(`also by ${others.map((each) => each.signer).join(', ')}`);

const joined = (...reasons: readonly (string | null)[]): string | null =>
  plain(reasons.filter((reason) => reason !== null).join('; ') || null);

/** Text that another machine wrote, for one line of a terminal. */
const plain = (reason: string | null): string | null =>
  reason === null ? null : reason.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);

export type Good = Extract<Judged, { kind: 'good' }>;

/** What needs the repository's other objects, gathered for all commits at once. @returns verdicts that change. */
async function checkDeeper(
  work: VerifyWork,
  good: readonly Good[],
): Promise<ReadonlyMap<string, CommitVerdict>> {
  const changed = new Map<string, CommitVerdict>();
  const patchIds = await readPatchIds(
    work.repository,
    good.map((each) => each.facts.commit),
  );
  const files = await checkFiles(work, good);
  const own = new Map(good.map((each) => [each.facts.commit, checkOwn(each, { patchIds, files })]));
  const chain = checkLogChain(good.filter((each) => own.get(each.facts.commit) === null));
  const unapproved = work.require.includes('approval')
    ? await checkApprovals({ ...work, isStrict: true }, good)
    : new Map<string, string>();
  for (const each of good) {
    const { commit } = each.facts;
    const refusal =
      own.get(commit) ??
      unlogged(chain.get(commit) ?? null) ??
      unmet(work.require, each.statement.predicate.coverage) ??
      breach(unapproved.get(commit)) ??
      unreviewed(work, each);
    if (refusal !== null) changed.set(commit, { ...each.verdict, ...refusal });
  }
  return changed;
}

interface Gathered {
  readonly patchIds: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
}

/** What one commit's statement says against what the repository holds. */
function checkOwn({ facts, statement, signed }: Good, gathered: Gathered): Refusal | null {
  const { commit } = facts;
  const said = statement.predicate;
  if (said.commit.patchId !== (gathered.patchIds.get(commit) ?? null))
    return inconsistent('the patch id is another');
  const wrongFile = gathered.files.get(commit);
  return wrongFile === undefined
    ? unlogged(checkLog(commit, said, signed))
    : inconsistent(wrongFile);
}

type Refusal = Pick<CommitVerdict, 'status' | 'reason'>;

const inconsistent = (why: string): Refusal => ({ status: 'inconsistent', reason: plain(why) });

const unlogged = (why: string | null): Refusal | null =>
  why === null ? null : { status: 'unlogged', reason: plain(why) };

function unreviewed(work: VerifyWork, { lines, facts }: Good): Refusal | null {
  if (!work.require.includes('review')) return null;
  const why = refuseUnreviewed(lines, facts, { trust: work.trust, atMs: Date.now() });
  return why === null ? null : breach(`review: ${why}`);
}

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
