// One block of a range's commits: each against its note, and what the note says against what the repository holds. A
// block is what one git process is asked for, and what is in memory beside the answers.
import { judgingNote, type JudgedNote } from '../../attest/judge-note.ts';
import type { Trust } from '../../attest/trust.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { readNotesIn } from '../../git/notes.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readPatchIds } from '../../git/patch-ids.ts';
import { Fault } from '../../model/fault.ts';
import type { JsonObject } from '../../model/json.ts';
import { settleAside } from '../../model/signature-claim.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitFacts, CommitVerdict, VerifyStatus } from '../../model/verdict.ts';
import { checkFiles } from './check-files.ts';
import { checkingLog, type LogCheck } from './check-log-proof.ts';
import { askWitnesses } from './witnessed.ts';

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
}

export type Judged =
  /** By the note alone and the commit object. */
  | { readonly kind: 'settled'; readonly verdict: CommitVerdict; readonly subject: string }
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
      /** What its statement says against what the repository and the log hold. */
      readonly own: OwnCheck;
    };

export type Good = Extract<Judged, { kind: 'good' }>;
type Fitting = Omit<Good, 'own'>;
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
  const { repository, objects, notesRefs, pushedNotes, waiting } = work;
  const notes = await readNotesIn(objects, notesRefs, commits);
  const judged = await Promise.all(
    commits.map((commit) => {
      const lines = [...(notes.get(commit) ?? []), ...(pushedNotes.get(commit) ?? [])];
      return judgeCommit(work, commit, { lines, isWaiting: waiting.has(commit) });
    }),
  );
  const fitting = judged.filter((each) => each.kind === 'good');
  const ids = fitting.map(({ facts }) => facts.commit);
  const [patchIds, files, logged] = await Promise.all([
    readPatchIds(repository, ids),
    checkFiles(work, fitting),
    checkLogs(fitting),
  ]);
  const gathered = { patchIds, files, logged };
  return judged.map((each) =>
    each.kind === 'good' ? { ...each, own: checkOwn(each, gathered) } : each,
  );
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
  return { kind: 'good', verdict, facts, statement, signed, key, lines: note.lines };
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

interface Gathered {
  readonly patchIds: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
  readonly logged: ReadonlyMap<string, LogCheck>;
}

async function checkLogs(fitting: readonly Fitting[]): Promise<ReadonlyMap<string, LogCheck>> {
  const checks = fitting.map(async ({ facts: { commit }, statement, signed }) => {
    const check = await settleAside(checkingLog(commit, statement.predicate, signed));
    return [commit, check] as const;
  });
  return new Map(await Promise.all(checks));
}

/** What one commit's statement says against what the repository holds. */
function checkOwn({ facts: { commit }, statement }: Fitting, gathered: Gathered): OwnCheck {
  const said = statement.predicate;
  if (said.commit.patchId !== (gathered.patchIds.get(commit) ?? null))
    return refused('inconsistent', 'the patch id is another');
  const wrongFile = gathered.files.get(commit);
  if (wrongFile !== undefined) return refused('inconsistent', wrongFile);
  const logged = gathered.logged.get(commit);
  if (logged?.kind === 'logged') return logged;
  return refused('unlogged', logged?.why ?? 'the log was not asked');
}

const refused = (status: VerifyStatus, why: string): OwnCheck => ({
  kind: 'refused',
  refusal: { status, reason: plain(why) },
});
