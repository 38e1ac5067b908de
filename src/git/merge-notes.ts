// Joins another repository's notes with ours: of a commit that both have notes for, every line of both is kept, in a
// fixed order. What only one side has stays; nothing is ever deleted.
import { NOTES_REF } from '../model/statement.ts';
import { linesOf, readNotesAt } from './notes.ts';
import { writeNotes } from './notes-write.ts';
import { openObjects } from './objects.ts';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

const joinLines = (ours: string, theirs: string): string =>
  [...new Set([...linesOf(ours), ...linesOf(theirs)])]
    .toSorted()
    .map((line) => `${line}\n`)
    .join('');

export interface NotesKind {
  readonly ref: string;
  readonly join: (ours: string, theirs: string) => string;
}

const SIGNED: NotesKind = { ref: NOTES_REF, join: joinLines };

/**
 * @param theirs ref or id of a notes commit. @param kind which notes, and what to do where both sides have one.
 * @returns false where it does not exist.
 * @throws Fault NOTES_RACE, GIT_FAILED.
 */
export async function mergeNotes(
  repository: Repository,
  theirs: string,
  kind: NotesKind = SIGNED,
): Promise<boolean> {
  const objects = openObjects(repository.caller);
  try {
    const [ours, other] = await Promise.all([
      objects.read(`${kind.ref}^{commit}`),
      objects.read(`${theirs}^{commit}`),
    ]);
    if (other === null) return false;
    if (ours === null) {
      // only if there are still none of ours: a commit may be attested in this moment
      const none = '0'.repeat(other.oid.length);
      const args = ['update-ref', kind.ref, other.oid, none];
      const moved = await runGit(repository.caller, args, { okExits: [0, 128] });
      if (moved.exit === 0) return true;
      return (
        (await objects.read(kind.ref)) !== null && (await mergeNotes(repository, theirs, kind))
      );
    }
    const differing = await listTheirs(repository, ours.oid, other.oid);
    // the same notes with another history still need a commit that has both as parents
    const commits =
      differing.length > 0 ? differing : (await listAll(repository, other.oid)).slice(0, 1);
    const texts = await readNotesAt(objects, other.oid, commits);
    const drafts = [...texts].map(([commit, text]) => ({ commit, text, join: kind.join }));
    const place = { ref: kind.ref, message: 'Joined notes by aitrail', parents: [other.oid] };
    await writeNotes(repository, drafts, place);
    return true;
  } finally {
    objects.close();
  }
}

/** Commits whose note in `theirs` is another one than in `ours`. */
async function listTheirs(
  repository: Repository,
  ours: string,
  theirs: string,
): Promise<readonly string[]> {
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '--name-only',
    '--no-renames',
    '--diff-filter=d',
    ours,
    theirs,
  ];
  return readNames((await runGit(repository.caller, args)).stdout);
}

async function listAll(repository: Repository, notes: string): Promise<readonly string[]> {
  return readNames(
    (await runGit(repository.caller, ['ls-tree', '-r', '-z', '--name-only', notes])).stdout,
  );
}

const readNames = (listed: Buffer): readonly string[] =>
  listed
    .toString('utf8')
    .split('\0')
    .map((path) => path.replaceAll('/', '')) // fan-out
    .filter((name) => /^[0-9a-f]{40,64}$/.test(name));
