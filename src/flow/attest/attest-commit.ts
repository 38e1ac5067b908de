// After a commit: attribute, record in the log, sign, write the note. It never stops a commit: what cannot be done now
// waits in the queue, and one line says so.
import { judgeNote } from '../../attest/judge-note.ts';
import { joinEnvelope, signStatement } from '../../attest/sign-statement.ts';
import { GIT_AI_REF } from '../../attest/git-ai.ts';
import { parseKeyLine } from '../../attest/ssh-key.ts';
import { stateGitAi } from '../../attest/state-git-ai.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { linesOf, readNotesAt } from '../../git/notes.ts';
import { readHead } from '../../git/last-move.ts';
import { writeNotes } from '../../git/notes-write.ts';
import { addPending, takePending, type PendingCommit } from '../../git/pending.ts';
import { findUnreachable } from '../../git/reachable.ts';
import { isSequencerRunning } from '../../git/sequencer.ts';
import { isFault } from '../../model/fault.ts';
import type { Signer } from '../../model/signing.ts';
import { NOTES_REF, type Statement } from '../../model/statement.ts';
import type { CommitFacts } from '../../model/verdict.ts';
import { inTurn, isTurnTaken } from '../in-turn.ts';
import type { AttestOutcome, AttestWork, RewrittenFrom } from './attest-work.ts';
import { stateCommit } from './state-commit.ts';
import { sumAttested } from './sum-attested.ts';
import { openSigner } from './open-signer.ts';
import { readCoverage } from './read-coverage.ts';

/**
 * Attests commits and whatever waits in the queue.
 *
 * @param commits full ids, oldest first. @param rewrittenFrom the commits that each took the place of; null from a hook
 *   that does not know (post-commit), which then leaves the middle of a rebase to post-rewrite.
 * @throws only for defects: faults are in the outcome.
 */
export async function attestCommit(
  work: AttestWork,
  commits: readonly string[],
  rewrittenFrom: RewrittenFrom | null,
): Promise<AttestOutcome> {
  const asked = await Promise.all(
    commits.map((commit) => describe(work, commit, rewrittenFrom?.get(commit) ?? [])),
  );
  const known = asked.filter((each) => each !== null);
  // first of all: from here on nothing that ends this process loses a commit
  await addPending(work.repository, known);
  if (rewrittenFrom === null && (await isSequencerRunning(work.repository)))
    return { ...NOTHING, queued: known.map((each) => each.commit) };
  if (isTurnTaken(work.repository.commonDir)) work.onQueued?.();
  // an amended commit follows from the note of the one whose place it took
  return inTurn(work.repository.commonDir, () => attestQueue(work));
}

async function attestQueue(work: AttestWork): Promise<AttestOutcome> {
  const queue = await takePending(work.repository);
  try {
    const outcome = await attestAll(work, queue.commits);
    const left = queue.commits.filter((each) => outcome.queued.includes(each.commit));
    await addPending(work.repository, left);
    return outcome;
  } catch (thrown) {
    await addPending(work.repository, queue.commits); // a defect of ours must not lose them
    throw thrown;
  } finally {
    await queue.done();
  }
}

/** @returns null where the commit is not there or malformed: nobody can attest it. */
async function describe(
  work: AttestWork,
  commit: string,
  rewrittenFrom: readonly string[],
): Promise<PendingCommit | null> {
  const reading = await readCommitFacts(work.objects, commit);
  if (reading.kind !== 'commit') return null;
  const coverage = await readCoverage(work.repository, work.store, reading.facts.tree);
  return { commit, rewrittenFrom, coverage };
}

const NOTHING: AttestOutcome = { attested: [], queued: [], notice: null, fault: null };

async function attestAll(work: AttestWork, all: readonly PendingCommit[]): Promise<AttestOutcome> {
  const head = await readHead(work.objects);
  const gone = await findUnreachable(
    work.repository,
    all.map((each) => each.commit).filter((commit) => commit !== head),
  );
  const wanted = inheritSources(all, gone);
  const ids = wanted.map((each) => each.commit);
  if (ids.length === 0) return NOTHING;
  const attested: Statement[] = [];
  try {
    const signer = await openSigner(work.repository.caller, work.policy);
    // a key that is missing or locked is said at once: git waits until it is known
    work.onQueued?.();
    // one by one, parents first: a child is attributed with its parent's new note
    for (const each of sortParentsFirst(await readAll(work, wanted)))
      if (work.isWanted()) attested.push(...(await attestOne(work, each, signer)));
    return {
      attested: attested.map(commitOf),
      queued: ids.filter(() => !work.isWanted()),
      notice: sumAttested(attested, signer),
      fault: null,
    };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    const done = attested.map(commitOf);
    const left = ids.filter((id) => !done.includes(id));
    return { attested: done, queued: left, notice: null, fault: thrown };
  }
}

/** Those that are still there. Whoever follows one that is gone, and was never attested, follows what that one followed. */
function inheritSources(
  all: readonly PendingCommit[],
  gone: ReadonlySet<string>,
): readonly PendingCommit[] {
  const byId = new Map(all.map((each) => [each.commit, each]));
  const follow = (sources: readonly string[], seen: Set<string>): Set<string> => {
    for (const source of sources.filter((each) => !seen.has(each))) {
      seen.add(source);
      if (gone.has(source)) follow(byId.get(source)?.rewrittenFrom ?? [], seen);
    }
    return seen;
  };
  return all
    .filter((each) => !gone.has(each.commit))
    .map((each) => ({ ...each, rewrittenFrom: [...follow(each.rewrittenFrom, new Set())] }));
}

const commitOf = ({ subject }: Statement): string => subject[0]?.digest.gitCommit ?? '';

interface Candidate extends PendingCommit {
  readonly facts: CommitFacts;
}

async function readAll(
  work: AttestWork,
  wanted: readonly PendingCommit[],
): Promise<readonly Candidate[]> {
  const read = await Promise.all(
    wanted.map(async (each) => {
      const reading = await readCommitFacts(work.objects, each.commit);
      return reading.kind === 'commit' ? { ...each, facts: reading.facts } : null;
    }),
  );
  return read.filter((each) => each !== null);
}

function sortParentsFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  const left = new Map(candidates.map((each) => [each.commit, each]));
  const sorted: Candidate[] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(
      ({ facts }) => !facts.parents.some((parent) => left.has(parent)),
    );
    for (const each of ready) left.delete(each.commit);
    sorted.push(...ready);
  }
  return sorted;
}

/** @returns nothing where this signer's good envelope is there already: the other of daemon and fallback was here. */
async function attestOne(
  work: AttestWork,
  each: Candidate,
  signer: Signer,
): Promise<readonly Statement[]> {
  const { commit, facts } = each;
  const notes = await readNotesAt(work.objects, NOTES_REF, [commit]);
  if (isAttested(linesOf(notes.get(commit) ?? ''), facts, signer)) return [];
  const statement = await stateCommit(work, facts, { ...each, signer });
  const text = `${await signStatement(statement, signer)}\n`;
  if (!work.isWanted()) return [];
  const { objects } = work;
  // before the signed note: where that is there, nobody comes back to this commit
  if (work.policy.notes.gitAi) await writePlainNote(work, commit, stateGitAi(statement));
  await writeNotes(work.repository, [{ commit, text, join: joinEnvelope }], { objects });
  return [statement];
}

/** The note for other tools. One that is there already is another tool's, or the same: it stays. */
async function writePlainNote(
  work: AttestWork,
  commit: string,
  text: string | null,
): Promise<void> {
  if (text === null) return;
  await writeNotes(work.repository, [{ commit, text, join: (before) => before }], {
    ref: GIT_AI_REF,
    message: 'Attributed by aitrail',
    objects: work.objects,
  });
}

function isAttested(lines: readonly string[], facts: CommitFacts, signer: Signer): boolean {
  const blob = parseKeyLine(signer.publicKey)?.blob;
  if (blob === undefined) return false;
  const trust = { source: { kind: 'own-key' }, signers: [], ownKeys: [blob] } as const;
  return judgeNote(lines, { facts, trust, atMs: Date.now() }).best?.status === 'verified';
}
