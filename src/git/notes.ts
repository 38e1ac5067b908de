// Reading notes of commits: the fan-out walk of the notes tree, one step per commit asked for, never the whole list.
import type { Caller } from '../model/caller.ts';
import { NOTES_REF } from '../model/statement.ts';
import type { Objects } from './objects.ts';
import { openWithRefs, type Repository } from './open-repository.ts';
import { awaitTakers } from './pending.ts';
import { gitText } from './run-git.ts';
import { parseTree, type TreeEntry } from './tree.ts';

/** Longer notes are not read: they count as absent lines, and verify says `malformed`. */
const NOTE_BYTES_MAX = 64 * 1024 * 1024;

/** refs/notes/aitrail and every refs/notes/remotes/<remote>/aitrail that exists, ours first; those that are written just
 *  now once they are. */
export async function listNotesRefs(repository: Repository): Promise<readonly string[]> {
  await awaitTakers(repository);
  const listed = await gitText(repository.caller, [
    'for-each-ref',
    '--format=%(refname)',
    NOTES_REF,
    'refs/notes/remotes/',
  ]);
  return listed.split('\n').filter(isNotesRef);
}

const isNotesRef = (ref: string): boolean =>
  ref === NOTES_REF || /^refs\/notes\/remotes\/.+\/aitrail$/.test(ref);

/** The repository, and the same refs of it, by one call of git where it can be. @throws Fault NOT_A_REPOSITORY. */
export async function openWithNotes(
  caller: Caller,
): Promise<{ readonly repository: Repository; readonly notesRefs: readonly string[] }> {
  // a pattern without a wildcard would be a folder's name
  const patterns = [`${NOTES_REF.slice(0, -1)}[${NOTES_REF.slice(-1)}]`, 'refs/notes/remotes/*'];
  const { repository, refs } = await openWithRefs(caller, patterns);
  await awaitTakers(repository);
  // the first note of all may have been written since
  const notesRefs = refs.includes(NOTES_REF)
    ? refs.filter(isNotesRef)
    : await listNotesRefs(repository);
  return { repository, notesRefs };
}

/**
 * The envelope lines of commits, from the local notes and all remotes' tracking refs.
 *
 * @param commits full ids. @returns lines without LF, each once, local ones first; a commit without a note has no entry.
 */
export async function readNotes(
  repository: Repository,
  objects: Objects,
  commits: readonly string[],
): Promise<Map<string, readonly string[]>> {
  return commits.length === 0
    ? new Map()
    : readNotesIn(objects, await listNotesRefs(repository), commits);
}

/** The same from refs that are known already: whoever asks often lists them once. */
export async function readNotesIn(
  objects: Objects,
  refs: readonly string[],
  commits: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const ref of refs) {
    const texts = await readNotesAt(objects, ref, commits);
    for (const [commit, text] of texts)
      found.set(commit, [...new Set([...(found.get(commit) ?? []), ...linesOf(text)])]);
  }
  return found;
}

/** Full ids of all commits that have a note in refs/notes/aitrail. */
export async function listNoted(repository: Repository): Promise<readonly string[]> {
  const listed = await gitText(repository.caller, ['notes', `--ref=${NOTES_REF}`, 'list']);
  return listed.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
}

/** Lines without LF, without empty ones. */
export const linesOf = (text: string): readonly string[] => text.split('\n').filter(Boolean);

/**
 * Notes of one ref (or notes commit), whole.
 *
 * @returns text by commit id; no entry where there is no note.
 */
export async function readNotesAt(
  objects: Objects,
  ref: string,
  commits: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const walker = openNotesTree(objects);
  const root = await objects.read(`${ref}^{tree}`);
  if (root === null) return found;
  // all walks are started before the first answer is awaited: the reader answers in order, in one stream
  const asked = [...new Set(commits)].map(async (commit) => {
    const blob = await walker.find(root.oid, commit);
    const note = blob === null ? null : await objects.read(blob);
    if (note !== null && note.type === 'blob' && note.bytes.length <= NOTE_BYTES_MAX)
      found.set(commit, note.bytes.toString('utf8'));
  });
  await Promise.all(asked);
  return found;
}

export interface NotesTree {
  /** @returns the note's blob id, null where the tree has none for this commit. */
  readonly find: (root: string, commit: string) => Promise<string | null>;
  /** Entries of one tree; empty where it is none. */
  readonly list: (tree: string) => Promise<readonly TreeEntry[]>;
}

/** A walker that reads each tree once. */
export function openNotesTree(objects: Objects): NotesTree {
  const known = new Map<string, Promise<ReadonlyMap<string, TreeEntry>>>();
  const load = async (oid: string): Promise<ReadonlyMap<string, TreeEntry>> => {
    const object = await objects.read(oid);
    const entries = object?.type === 'tree' ? parseTree(object.bytes, oid.length) : [];
    return new Map(entries.map((entry) => [entry.name, entry]));
  };
  const byName = (oid: string): Promise<ReadonlyMap<string, TreeEntry>> => {
    const tree = known.get(oid) ?? load(oid);
    known.set(oid, tree);
    return tree;
  };
  const find = async (root: string, commit: string): Promise<string | null> => {
    let tree = root;
    // git names a note by the rest of the id at any depth: abcd…, ab/cd…, ab/cd/…
    for (let rest = commit; rest.length > 2; rest = rest.slice(2)) {
      const entries = await byName(tree);
      const note = entries.get(rest);
      if (note?.kind === 'blob') return note.oid;
      const folder = entries.get(rest.slice(0, 2));
      if (folder?.kind !== 'tree') return null;
      tree = folder.oid;
    }
    return null;
  };
  return { find, list: async (tree) => [...(await byName(tree)).values()] };
}
