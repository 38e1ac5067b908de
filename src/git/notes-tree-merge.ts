// Two notes trees as one. What only one of them has is taken as it is, whole folders too: to join a clone's few notes with
// a hundred thousand costs what the few cost.
import { editNotesTree, isCrowded, isNote, type NotesTreeWork } from './notes-tree.ts';
import type { TreeEntry } from './tree.ts';

export interface MergeWork extends NotesTreeWork {
  /** @param ours blob id of a note that both have. @returns the blob to keep. */
  readonly join: (ours: string, theirs: string) => Promise<string>;
  /** A note's blob by what is left of the commit id below a tree. */
  readonly find: (tree: string, rest: string) => Promise<string | null>;
}

/** @returns id of the tree that has all notes of both, in git's fan-out. Entries that are no notes stay ours. */
export async function mergeNotesTrees(
  work: MergeWork,
  ours: string | null,
  theirs: string | null,
): Promise<string | null> {
  if (ours === null || theirs === null || ours === theirs) return ours ?? theirs;
  const own = byName(await work.list(ours));
  const entries = new Map(own);
  for (const entry of await work.list(theirs)) {
    const known = entries.get(entry.name);
    entries.set(entry.name, known === undefined ? entry : await mergeEntries(work, known, entry));
  }
  await sinkLoose(work, entries, (name) => own.has(name));
  const tree = work.put([...entries.values()]);
  return isCrowded(entries.values()) ? editNotesTree(work, tree, new Map()) : tree;
}

async function mergeEntries(
  work: MergeWork,
  ours: TreeEntry,
  theirs: TreeEntry,
): Promise<TreeEntry> {
  if (ours.kind !== theirs.kind || ours.oid === theirs.oid) return ours;
  if (ours.kind === 'blob')
    return isNote(ours) ? { ...ours, oid: await work.join(ours.oid, theirs.oid) } : ours;
  const oid = await mergeNotesTrees(work, ours.oid, theirs.oid);
  return oid === null ? ours : { ...ours, oid };
}

/** One side is flat where the other has a folder: the flat notes go into it. */
async function sinkLoose(
  work: MergeWork,
  entries: Map<string, TreeEntry>,
  isOwn: (name: string) => boolean,
): Promise<void> {
  const loose = new Map<string, Map<string, string>>();
  for (const note of [...entries.values()].filter(isNote)) {
    const [prefix, rest] = [note.name.slice(0, 2), note.name.slice(2)];
    const folder = entries.get(prefix);
    if (folder?.kind !== 'tree') continue;
    entries.delete(note.name);
    const there = await work.find(folder.oid, rest);
    const pair = isOwn(note.name) ? ([note.oid, there] as const) : ([there, note.oid] as const);
    const [ours, theirs] = pair;
    const blob = ours === null || theirs === null ? note.oid : await work.join(ours, theirs);
    loose.set(prefix, (loose.get(prefix) ?? new Map<string, string>()).set(rest, blob));
  }
  for (const [name, notes] of loose) {
    const folder = entries.get(name);
    if (folder === undefined) continue;
    entries.set(name, { ...folder, oid: await editNotesTree(work, folder.oid, notes) });
  }
}

const byName = (entries: readonly TreeEntry[]): Map<string, TreeEntry> =>
  new Map(entries.map((entry) => [entry.name, entry]));
