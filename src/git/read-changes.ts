// Which files commits changed, with modes and blobs and without their lines. Of a merge only what differs from every
// parent.
import type { CommitFacts } from '../model/verdict.ts';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

/** Modes as git writes them, `000000` for a side that does not exist; blobs null there. */
export interface FileChange {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldBlob: string | null;
  readonly newBlob: string | null;
}

const RAW = ['-r', '--raw', '-z', '--no-abbrev', '--no-renames', '--no-relative'] as const;
const BATCH = 256;

type Changed = Pick<CommitFacts, 'commit' | 'parents'>;

/** @returns changes by commit id; commits without any have no entry. */
export async function readChanges(
  repository: Repository,
  commits: readonly Changed[],
): Promise<ReadonlyMap<string, readonly FileChange[]>> {
  const found = new Map<string, FileChange[]>();
  const single = commits.filter(({ parents }) => parents.length < 2).map(({ commit }) => commit);
  for (let first = 0; first < single.length; first += BATCH) {
    const stdin = `${single.slice(first, first + BATCH).join('\n')}\n`;
    const args = ['diff-tree', '--stdin', '--root', ...RAW];
    const answer = await runGit(repository.caller, args, { stdin });
    for (const { commit, change } of parseRaw(answer.stdout.toString('utf8')))
      found.set(commit, [...(found.get(commit) ?? []), change]);
  }
  for (const merge of commits.filter(({ parents }) => parents.length > 1))
    found.set(merge.commit, await readMerge(repository, merge));
  return found;
}

async function readMerge(
  repository: Repository,
  { commit, parents }: Changed,
): Promise<FileChange[]> {
  const [first = [], ...others] = await Promise.all(
    parents.map(async (parent) => {
      const answer = await runGit(repository.caller, ['diff-tree', ...RAW, parent, commit]);
      return parseRaw(answer.stdout.toString('utf8')).map(({ change }) => change);
    }),
  );
  return first.filter(({ path }) =>
    others.every((changes) => changes.some((change) => change.path === path)),
  );
}

const FACTS = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) [A-Z]/;

/** `<commit> NUL` before the entries of each commit, then `:facts NUL path NUL`. */
function parseRaw(text: string): readonly { commit: string; change: FileChange }[] {
  const parsed: { commit: string; change: FileChange }[] = [];
  const fields = text.split('\0');
  let commit = '';
  for (let at = 0; at < fields.length; at += 1) {
    const [, oldMode, newMode = '', oldBlob = '', newBlob = ''] =
      FACTS.exec(fields[at] ?? '') ?? [];
    if (oldMode === undefined) {
      commit = (fields[at] ?? '').trim();
      continue;
    }
    at += 1;
    const path = fields[at] ?? '';
    const change = { path, oldMode, newMode, oldBlob: idOf(oldBlob), newBlob: idOf(newBlob) };
    parsed.push({ commit, change });
  }
  return parsed;
}

const idOf = (oid: string): string | null => (/^0+$/.test(oid) ? null : oid);
