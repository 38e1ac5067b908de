// The notes tree with some notes put in, keeping git's fan-out: flat while small, `ab/…` and `ab/cd/…` when large.
import type { TreeEntry } from './tree.ts';

/** Notes in one tree before it is split by the next two digits. git's own threshold is near this. */
const FLAT_MAX = 256;
const REST_DIGITS_MIN = 4;

export interface NotesTreeWork {
  /** Of trees that `put` gave, too. */
  readonly list: (tree: string) => Promise<readonly TreeEntry[]>;
  /** @returns the new tree's id. */
  readonly put: (entries: readonly TreeEntry[]) => string;
}

/**
 * @param root tree id, null for none yet.
 * @param blobs blob id by what is left of the commit id at this level.
 * @returns id of the new tree. Entries that are no notes stay as they are.
 */
export async function editNotesTree(
  work: NotesTreeWork,
  root: string | null,
  blobs: ReadonlyMap<string, string>,
): Promise<string> {
  const entries = new Map<string, TreeEntry>();
  for (const entry of root === null ? [] : await work.list(root)) entries.set(entry.name, entry);
  const deeper = new Map<string, Map<string, string>>();
  for (const [rest, blob] of blobs) {
    const folder = entries.get(rest.slice(0, 2));
    if (folder?.kind === 'tree') defer(deeper, rest, blob);
    else entries.set(rest, { mode: '100644', name: rest, oid: blob, kind: 'blob' });
  }
  if (isCrowded(entries.values())) spread(entries, deeper);
  for (const [name, inner] of deeper) {
    const before = entries.get(name)?.oid ?? null;
    const oid = await editNotesTree(work, before, inner);
    entries.set(name, { mode: '40000', name, oid, kind: 'tree' });
  }
  return work.put([...entries.values()]);
}

function defer(deeper: Map<string, Map<string, string>>, rest: string, blob: string): void {
  const name = rest.slice(0, 2);
  const inner = deeper.get(name) ?? new Map<string, string>();
  inner.set(rest.slice(2), blob);
  deeper.set(name, inner);
}

export const isNote = (entry: TreeEntry): boolean =>
  entry.kind === 'blob' && /^[0-9a-f]+$/.test(entry.name) && entry.name.length >= REST_DIGITS_MIN;

export function isCrowded(entries: Iterable<TreeEntry>): boolean {
  let notes = 0;
  for (const entry of entries) if (isNote(entry)) notes += 1;
  return notes > FLAT_MAX;
}

/** Moves every note of this level one level down. */
function spread(entries: Map<string, TreeEntry>, deeper: Map<string, Map<string, string>>): void {
  for (const entry of [...entries.values()].filter(isNote)) {
    entries.delete(entry.name);
    // a note written now is in the same map already and wins
    if (!(deeper.get(entry.name.slice(0, 2))?.has(entry.name.slice(2)) ?? false))
      defer(deeper, entry.name, entry.oid);
  }
}
