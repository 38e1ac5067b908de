// The log part of a statement: that the record is in, and that the log only grew since an ancestor's note.
import { openSigned } from '../../attest/open-signed.ts';
import { openCheckpoint } from '../../log/check-proof.ts';
import { parseProof, type Checkpoint } from '../../log/checkpoint.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { linesOf, readNotesAt } from '../../git/notes.ts';
import { NOTES_REF, type LogGrowth, type Predicate } from '../../model/statement.ts';
import type { Store } from '../../store/store.ts';
import type { AttestWork } from './attest-work.ts';

/** How far back an ancestor's checkpoint is looked for, along first parents. */
const ANCESTORS_MAX = 16;

interface CommitRecordPlace {
  readonly logIndex: number;
  readonly parents: readonly string[];
}

export async function proveCommit(
  work: AttestWork,
  store: Store,
  place: CommitRecordPlace,
): Promise<Predicate['log']> {
  const { origin, vkey, proof } = await store.proveLeaf(place.logIndex);
  const now = openCheckpointOf(proof, vkey);
  const before = await findCheckpoint(work, vkey, place.parents);
  const isOlder = now !== null && before !== null && before.size > 0 && before.size <= now.size;
  const since = isOlder ? await proveSince(store, before, now) : null;
  return { origin, vkey, proof, since };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

async function proveSince(store: Store, before: Checkpoint, now: Checkpoint): Promise<LogGrowth> {
  const path = await store.proveGrowth(before.size, now.size);
  return { size: before.size, root: base64(before.root), path: path.map(base64) };
}

const openCheckpointOf = (proof: string, vkey: string): Checkpoint | null =>
  openCheckpoint(parseProof(proof)?.checkpoint ?? '', vkey);

/** The newest checkpoint of the same log in the notes of the nearest ancestors. */
async function findCheckpoint(
  work: AttestWork,
  vkey: string,
  parents: readonly string[],
): Promise<Checkpoint | null> {
  let next = parents;
  for (let step = 0; step < ANCESTORS_MAX && next.length > 0; step += 1) {
    const notes = await readNotesAt(work.objects, NOTES_REF, next);
    const found = [...notes.values()]
      .flatMap((text) => linesOf(text))
      .map((line) => checkpointIn(line, vkey))
      .filter((checkpoint) => checkpoint !== null)
      .toSorted((a, b) => b.size - a.size);
    if (found[0] !== undefined) return found[0];
    const reading = await readCommitFacts(work.objects, next[0] ?? '');
    next = reading.kind === 'commit' ? reading.facts.parents : [];
  }
  return null;
}

function checkpointIn(line: string, vkey: string): Checkpoint | null {
  const opened = openSigned(line);
  const log = opened.kind === 'signed' ? opened.statement.predicate.log : null;
  return log === null || log.vkey !== vkey ? null : openCheckpointOf(log.proof, vkey);
}
