// One block of a range's commits: each against its note, and what the note says against what the repository holds. A
// block is what one git process is asked for, and what is in memory beside the answers.
import { judgingNote, type JudgedNote } from '../../attest/judge-note.ts';
import { refuseUnreviewed } from '../../attest/judge-review.ts';
import type { Trust } from '../../attest/trust.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { readNotesIn } from '../../git/notes.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readPatches } from '../../git/patch-ids.ts';
import { Fault } from '../../model/fault.ts';
import { settleAside } from '../../model/signature-claim.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitFacts, CommitVerdict, VerifyStatus } from '../../model/verdict.ts';
import type { Requirement } from '../../model/verification.ts';
import { checkAdded, checkContents } from './check-files.ts';
import { checkingLog, type LogCheck } from './check-log-proof.ts';
import { askWitnesses } from './witnessed.ts';

/** Commits whose notes are parsed at a time: what one leaves behind is gone before it is in the way of the next. */
const TOGETHER = 64;

export interface BlockWork {
  readonly repository: Repository;
  readonly objects: Objects;
  readonly trust: Trust;
  /** Notes that a push brings along, by commit: they count beside those that are there. */
  readonly pushedNotes: ReadonlyMap<string, readonly string[]>;
  /** Where notes are read from. */
  readonly notesRefs: readonly string[];
  /** Commits that wait to be signed. */
  readonly waiting: ReadonlySet<string>;
  /** All commits of the range. */
  readonly range: ReadonlySet<string>;
  readonly require: readonly Requirement[];
}

export type Judged =
  /** By the note alone and the commit object. */
  | { readonly kind: 'settled'; readonly verdict: CommitVerdict; readonly subject: string }
  | {
      readonly kind: 'good';
      readonly verdict: CommitVerdict;
      readonly facts: CommitFacts;
      readonly statement: Statement;
      /** Blob of the key that signed it. */
      readonly key: Uint8Array;
      /** Why nobody's review counts for it; null where one does, or none is required. */
      readonly unreviewed: string | null;
      /** What its statement says against what the repository and the log hold. */
      readonly own: OwnCheck;
    };

export type Good = Extract<Judged, { kind: 'good' }>;
interface Fitting extends Omit<Good, 'own'> {
  readonly logged: LogCheck;
}
type Settled = Extract<Judged, { kind: 'settled' }>;

export type OwnCheck =
  | Extract<LogCheck, { kind: 'logged' }>
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export type Refusal = Pick<CommitVerdict, 'status' | 'reason'>;

/** @returns in the order of the commits. @throws Fault OBJECTS_MISSING. */
export async function judgeBlock(
  work: BlockWork,
  commits: readonly string[],
): Promise<readonly Judged[]> {
  const { objects, notesRefs, pushedNotes, waiting } = work;
  const notes = await readNotesIn(objects, notesRefs, commits);
  const judged: (Settled | Fitting)[] = [];
  for (let first = 0; first < commits.length; first += TOGETHER)
    judged.push(
      ...(await Promise.all(
        commits.slice(first, first + TOGETHER).map((commit) => {
          const lines = [...(notes.get(commit) ?? []), ...(pushedNotes.get(commit) ?? [])];
          return judgeCommit(work, commit, { lines, isWaiting: waiting.has(commit) });
        }),
      )),
    );
  const gathered = await gather(
    work,
    judged.filter((each) => each.kind === 'good'),
  );
  return judged.map((each) => {
    if (each.kind === 'settled') return each;
    return { ...each, own: checkOwn(each, gathered) };
  });
}

interface Gathered {
  readonly patchIds: ReadonlyMap<string, string>;
  /** What is wrong with a commit's files. */
  readonly files: ReadonlyMap<string, string>;
}

/** What git is asked for many commits at a time. */
async function gather(work: BlockWork, fitting: readonly Fitting[]): Promise<Gathered> {
  const [{ ids: patchIds, added }, wrong] = await Promise.all([
    readPatches(
      work.repository,
      fitting.map(({ facts }) => facts),
    ),
    checkContents(work, fitting),
  ]);
  const right = fitting.filter(({ facts }) => !wrong.has(facts.commit));
  const notAdded = await checkAdded(work, right, added);
  return { patchIds, files: new Map([...wrong, ...notAdded]) };
}

async function judgeCommit(
  work: BlockWork,
  commit: string,
  note: { readonly lines: readonly string[]; readonly isWaiting: boolean },
): Promise<Settled | Fitting> {
  const reading = await readCommitFacts(work.objects, commit);
  if (reading.kind === 'absent')
    throw new Fault('OBJECTS_MISSING', `commit ${commit.slice(0, 12)} is not in this clone`);
  if (reading.kind === 'malformed')
    return settled({ commit, subject: '' }, { status: 'malformed', reason: reading.why });
  const { facts } = reading;
  await refuseCutHistory(work, facts);
  const question = { facts, trust: work.trust, atMs: Date.now() };
  const witnesses = askWitnesses(commit, note.lines, work.trust);
  const { best, others } = await settleAside(
    judgingNote(note.lines, { ...question, ...witnesses }),
  );
  if (best === null) {
    const reason = note.isWaiting ? 'pending: it waits to be signed' : null;
    return settled(facts, { status: 'missing', reason });
  }
  const { status, signer, statement, signed } = best;
  if (status !== 'verified' || statement === null || signed === null) return settled(facts, best);
  const verdict = { commit, status, signer, reason: joined(best.reason, namesOf(others)) };
  const key = Buffer.from(best.key ?? '', 'base64');
  const unreviewed = work.require.includes('review')
    ? refuseUnreviewed(note.lines, facts, question)
    : null;
  const logged = await settleAside(checkingLog(commit, statement.predicate, signed));
  return { kind: 'good', verdict, facts, statement, key, unreviewed, logged };
}

const settled = (
  { commit, subject }: Pick<CommitFacts, 'commit' | 'subject'>,
  { status, reason, signer = null }: Refusal & { readonly signer?: string | null },
): Settled => ({
  kind: 'settled',
  verdict: { commit, status, signer, reason: plain(reason) },
  subject,
});

const namesOf = (others: JudgedNote['others']): string | null =>
  others.length === 0 ? null : plain(`also by ${others.map((each) => each.signer).join(', ')}`);

const joined = (...reasons: readonly (string | null)[]): string | null =>
  plain(reasons.filter((reason) => reason !== null).join('; ') || null);

/** Text that another machine wrote, for one line of a terminal. */
export const plain = (reason: string | null): string | null =>
  reason === null ? null : reason.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);

/** A shallow clone ends at commits whose parents are not there: what they changed cannot be told. */
async function refuseCutHistory(
  { objects, range }: BlockWork,
  { commit, parents }: CommitFacts,
): Promise<void> {
  for (const parent of parents.filter((each) => !range.has(each)))
    if ((await objects.read(parent)) === null)
      throw new Fault(
        'OBJECTS_MISSING',
        `parent ${parent.slice(0, 12)} of ${commit.slice(0, 12)} is not in this clone`,
      );
}

/** What one commit's statement says against what the repository holds. */
function checkOwn({ facts: { commit }, statement, logged }: Fitting, gathered: Gathered): OwnCheck {
  const said = statement.predicate;
  if (said.commit.patchId !== (gathered.patchIds.get(commit) ?? null))
    return refused('inconsistent', 'the patch id is another');
  const wrongFile = gathered.files.get(commit);
  if (wrongFile !== undefined) return refused('inconsistent', wrongFile);
  return logged.kind === 'logged' ? logged : refused('unlogged', logged.why);
}

const refused = (status: VerifyStatus, why: string): OwnCheck => ({
  kind: 'refused',
  refusal: { status, reason: plain(why) },
});
