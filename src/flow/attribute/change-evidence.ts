// Who made a staged change, as far as recordings tell: emissions on its paths and the origin of its added lines.
import { runGit } from '../../git/run-git.ts';
import { writeIndexTree } from '../../git/staged.ts';
import type { ChangeEvidence } from '../../guard/judge.ts';
import type { Emission } from '../../model/edit.ts';
import type { AttributedFile } from '../../model/origin.ts';
import type { Store } from '../../store/store.ts';
import { attributeCommit } from './attribute-commit.ts';
import { spellings } from '../record/emission-path.ts';
import type { HookWork } from '../commit/hook-work.ts';
import { hasChangedIn, listShellWindows } from '../observe/shell-windows.ts';

interface Change {
  /** Further parents of the coming commit. */
  readonly heads: readonly string[];
  /** Repository-relative: those that somebody asks about. */
  readonly paths: readonly string[];
}

/** @returns null where recordings exist and cannot be read. */
export async function readChangeEvidence(
  work: HookWork,
  change: Change,
): Promise<ChangeEvidence | null> {
  const records = await work.world.openRecords(work.home, 'read');
  if (records.kind === 'unreadable') return null;
  if (records.kind === 'none') return { isAiLine: () => false, isAiPath: () => false };
  const [written, files] = await Promise.all([
    listWrittenPaths(work, records.store, change.paths),
    attributeStaged(work, records.store, change),
  ]);
  if (files === null) return null;
  const aiLines = new Map(files.map((file) => [file.path, aiLinesOf(file)]));
  return {
    isAiLine: (path, firstLine, lastLine) => {
      const lines = aiLines.get(path);
      for (let line = firstLine; line <= lastLine; line += 1)
        if (lines?.has(line) === true) return true;
      return false;
    },
    isAiPath: (path) => written.has(path) || (aiLines.get(path)?.size ?? 0) > 0,
  };
}

const aiLinesOf = (file: AttributedFile): ReadonlySet<number> =>
  new Set(file.added.filter(({ origin }) => origin.kind !== 'unrecorded').map(({ line }) => line));

/** Paths that an edit or a command of a model named after they were last committed, or that changed while one ran. */
async function listWrittenPaths(
  work: HookWork,
  store: Store,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const { commonDir: repository, worktree } = work.repository;
  const asked = spellings(paths);
  const [emissions, seen] = await Promise.all([
    store.findEmissions({ repository, paths: asked, fingerprints: [] }),
    store.findObservations(repository, paths),
  ]);
  const written = new Set<string>();
  if (emissions.length === 0) return written;
  for (const path of paths) {
    // git keeps whole seconds: an edit within the second of the commit counts as later
    const committedAtMs = await readCommitTimeMs(work, path);
    const since = emissions.filter(({ atMs }) => atMs >= committedAtMs);
    const states = seen.filter((one) => one.path === path && one.atMs >= committedAtMs);
    if (
      since.some((emission) => touches(emission, path)) ||
      (await hasChangedIn(await listShellWindows(store, since), { worktree, path, seen: states }))
    )
      written.add(path);
  }
  return written;
}

function touches({ edit, outcome, path }: Emission, wanted: string): boolean {
  if (outcome === 'rejected') return false;
  if (path?.normalize('NFC') === wanted.normalize('NFC')) return true;
  if (edit.kind === 'command') return edit.paths.some((named) => endsAs(named, wanted));
  return (edit.kind === 'patch' || edit.kind === 'rename') && edit.movedTo !== null
    ? endsAs(edit.movedTo, wanted)
    : false;
}

/** Commands name paths from wherever they ran. */
const endsAs = (named: string, wanted: string): boolean => {
  const plain = named.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  return plain === wanted || plain.endsWith(`/${wanted}`);
};

async function readCommitTimeMs({ repository }: HookWork, path: string): Promise<number> {
  const answer = await runGit(
    repository.caller,
    ['log', '-1', '--format=%ct', 'HEAD', '--', `:(top,literal)${path}`],
    { okExits: [0, 128] },
  );
  return Number(answer.stdout.toString('utf8').trim()) * 1000;
}

/** Attributes the coming commit before it exists: as a commit that no ref names, which git's gc takes away. */
async function attributeStaged(
  work: HookWork,
  store: Store,
  change: Change,
): Promise<readonly AttributedFile[] | null> {
  const { repository, objects } = work;
  const [tree, head, key] = await Promise.all([
    writeIndexTree(repository),
    objects.read('HEAD^{commit}'),
    store.readKey(),
  ]);
  if (tree === null) return null;
  const parents = [...(head === null ? [] : [head.oid]), ...change.heads];
  const made = await runGit(
    repository.caller,
    ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', 'staged'],
    { env: ANONYMOUS },
  );
  const commit = made.stdout.toString('utf8').trim();
  return attributeCommit({ repository, objects, store, key }, commit);
}

const ANONYMOUS = {
  GIT_AUTHOR_NAME: 'aitrail',
  GIT_AUTHOR_EMAIL: 'aitrail@localhost',
  GIT_COMMITTER_NAME: 'aitrail',
  GIT_COMMITTER_EMAIL: 'aitrail@localhost',
} as const;
