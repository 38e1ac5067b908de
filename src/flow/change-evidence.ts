// Who made a staged change, as far as recordings tell: emissions on its paths and the origin of its added lines.
import { runGit } from '../git/run-git.ts';
import type { ChangeEvidence } from '../guard/judge.ts';
import type { Emission } from '../model/edit.ts';
import type { Store } from '../store/store.ts';
import type { HookWork } from './hook-work.ts';

interface Change {
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
  const written = await listWrittenPaths(work, records.store, change.paths);
  return { isAiLine: () => false, isAiPath: (path) => written.has(path) };
}

/** Paths that an edit or a command of a model named after they were last committed. */
async function listWrittenPaths(
  work: HookWork,
  store: Store,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const repository = work.repository.commonDir;
  const emissions = await store.findEmissions({ repository, paths, fingerprints: [] });
  const written = new Set<string>();
  for (const path of paths) {
    const touching = emissions.filter((emission) => touches(emission, path));
    if (touching.length === 0) continue;
    const committedAtMs = await readCommitTimeMs(work, path);
    // git keeps whole seconds: an edit within the second of the commit counts as later
    if (touching.some(({ atMs }) => atMs >= committedAtMs)) written.add(path);
  }
  return written;
}

function touches({ edit, outcome, path }: Emission, wanted: string): boolean {
  if (outcome === 'rejected') return false;
  if (path === wanted) return true;
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
