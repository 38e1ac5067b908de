// Which files differ from HEAD or are not tracked: one `git status` without its index refresh being written back.
import type { Caller } from '../model/caller.ts';
import { runGit } from './run-git.ts';

const STATUS_ARGS = [
  'status',
  '--porcelain=v2',
  '-z',
  '--no-renames',
  '--untracked-files=all',
  '--ignore-submodules=all',
];

interface StatusLimits {
  readonly max: number;
  readonly timeoutMs: number;
  /** Looks at these files and what is below these directories only; null: at everything. */
  readonly below: readonly string[] | null;
}

/**
 * @param caller stands in the worktree's top directory.
 * @returns repository-relative paths, deleted ones too, at most `max`; null where git was too slow or failed.
 */
export async function listDirtyPaths(
  caller: Caller,
  { max, timeoutMs, below }: StatusLimits,
): Promise<readonly string[] | null> {
  const args = ['--literal-pathspecs', ...STATUS_ARGS, ...(below === null ? [] : ['--', ...below])];
  const answer = await runGit(caller, args, { okExits: [0, 128, 129], timeoutMs });
  if (answer.exit !== 0) return null;
  return answer.stdout
    .toString('utf8')
    .split('\0')
    .map(pathOfEntry)
    .filter((path) => path !== '' && !path.endsWith('/'))
    .slice(0, max);
}

/** `1 XY sub mH mI mW hH hI path`, `u XY sub m1 m2 m3 mW h1 h2 h3 path`, `? path`. */
function pathOfEntry(entry: string): string {
  const fields = { '1': 8, u: 10, '?': 1 }[entry.slice(0, 1)] ?? 0;
  let at = 0;
  for (let field = 0; field < fields; field += 1) at = entry.indexOf(' ', at) + 1;
  return fields === 0 ? '' : entry.slice(at);
}

/** What the index holds for some paths. @returns path → blob id; untracked and unmerged paths are missing. */
export async function readIndexEntries(
  caller: Caller,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (paths.length === 0) return found;
  const answer = await runGit(caller, [
    '--literal-pathspecs',
    'ls-files',
    '--stage',
    '-z',
    '--',
    ...paths,
  ]);
  for (const entry of answer.stdout.toString('utf8').split('\0')) {
    const [facts = '', path] = entry.split('\t');
    const [mode = '', blob, stage] = facts.split(' ');
    if (path !== undefined && blob !== undefined && stage === '0' && mode.startsWith('100'))
      found.set(path, blob);
  }
  return found;
}
