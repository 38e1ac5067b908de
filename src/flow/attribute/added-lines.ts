// The text files that a commit or the working tree changed, and which of their lines no parent has.
import { diffCommits, type ChangedFile, type DiffHunk } from '../../git/commit-diff.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import type { CommitFacts } from '../../git/read-commit.ts';
import type { LineRange } from '../../model/origin.ts';

export interface AddedFile {
  readonly path: string;
  /** Deleted: nothing of it is left but what other files may have got. */
  readonly isGone: boolean;
  /** Names that the file had in the parents, where they differ. */
  readonly oldPaths: readonly string[];
  readonly blob: string;
  readonly text: string;
  /** 1-based lines that none of the parents has. */
  readonly added: ReadonlySet<number>;
  /** For each parent that had the file: where, and the lines that are gone. */
  readonly parents: readonly {
    readonly commit: string;
    readonly path: string;
    /** null: all of its lines may matter. */
    readonly ranges: readonly LineRange[] | null;
  }[];
}

export interface DiffWork {
  readonly repository: Repository;
  readonly objects: Objects;
}

const BINARY_PROBE_BYTES = 8000;

/** An octopus of more parents is judged by the first ones. */
const PARENTS_MAX = 8;

export async function listAddedLines(
  work: DiffWork,
  facts: CommitFacts,
): Promise<readonly AddedFile[]> {
  const { commit, parents } = facts;
  const bases = parents.length === 0 ? [null] : parents.slice(0, PARENTS_MAX);
  const diffs: Diff[] = [];
  for (const from of bases)
    diffs.push({ from, files: await diffCommits(work.repository, { from, to: commit }) });
  return joinDiffs(work, diffs);
}

interface Diff {
  readonly from: string | null;
  readonly files: readonly ChangedFile[];
}

async function joinDiffs(work: DiffWork, diffs: readonly Diff[]): Promise<readonly AddedFile[]> {
  const [first] = diffs;
  const joined: AddedFile[] = [];
  for (const file of first?.files ?? []) {
    const all = diffs.map((diff) => diff.files.find((one) => one.path === file.path));
    // a file that equals some parent's adds nothing
    if (all.some((one) => one === undefined)) continue;
    if (file.status === 'D') joined.push(joinFile('', { blob: '', path: file.path }, [diffs, all]));
    if (file.blob === null) continue;
    const found = await work.objects.read(file.blob);
    if (found === null || isBinary(found.bytes)) continue;
    joined.push(
      joinFile(found.bytes.toString('utf8'), { blob: file.blob, path: file.path }, [diffs, all]),
    );
  }
  return joined;
}

function joinFile(
  text: string,
  { blob, path }: { readonly blob: string; readonly path: string },
  [diffs, all]: readonly [readonly Diff[], readonly (ChangedFile | undefined)[]],
): AddedFile {
  const sets = all.map((one) => addedBy(one?.hunks ?? []));
  const [own = new Set<number>(), ...rest] = sets;
  const parents = diffs.flatMap(({ from }, at) => {
    const one = all[at];
    if (from === null || one === undefined || one.oldBlob === null || one.status === 'A') return [];
    return [{ commit: from, path: one.oldPath, ranges: one.hunks.map((hunk) => hunk.removed) }];
  });
  return {
    path,
    isGone: blob === '',
    oldPaths: namesBefore(all, path),
    blob,
    text,
    added: new Set([...own].filter((line) => rest.every((set) => set.has(line)))),
    parents,
  };
}

const namesBefore = (
  files: readonly (ChangedFile | undefined)[],
  path: string,
): readonly string[] => [
  ...new Set(files.map((one) => one?.oldPath ?? path).filter((oldPath) => oldPath !== path)),
];

function addedBy(hunks: readonly DiffHunk[]): Set<number> {
  const lines = new Set<number>();
  for (const { added } of hunks)
    for (let at = 0; at < added.lineCount; at += 1) lines.add(added.firstLine + at);
  return lines;
}

const isBinary = (bytes: Buffer): boolean => bytes.subarray(0, BINARY_PROBE_BYTES).includes(0);
