// The revision whose policy judges a change: what the change itself edits does not count.
import { runGit } from './run-git.ts';
import type { Objects } from './objects.ts';
import type { Repository } from './open-repository.ts';

/** Of the remote, in the order in which they count. */
export const DEFAULT_BRANCHES = [
  'refs/remotes/origin/HEAD',
  'refs/remotes/origin/main',
  'refs/remotes/origin/master',
] as const;

/** @returns merge base of HEAD with the remote's default branch, else HEAD; null before the first commit. */
export async function findPolicyBase(
  repository: Repository,
  objects: Objects,
): Promise<string | null> {
  const asked = ['HEAD', ...DEFAULT_BRANCHES].map((name) => objects.read(`${name}^{commit}`));
  const [head = null, ...tips] = await Promise.all(asked);
  if (head === null) return null;
  const tip = tips.find((found) => found !== null) ?? null;
  if (tip === null || tip.oid === head.oid) return head.oid;
  const answer = await runGit(repository.caller, ['merge-base', head.oid, tip.oid], {
    okExits: [0, 1, 128],
  });
  return answer.exit === 0 ? answer.stdout.toString('utf8').trim() : head.oid;
}
