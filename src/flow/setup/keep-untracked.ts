// Files of ours below a worktree belong to this machine alone: git is told to leave them out, and where it tracks one
// already nothing is written there.
import type { Caller } from '../../model/caller.ts';
import type { SettingsChange, SettingsPlan } from '../../model/settings-change.ts';
import { gitText } from '../../git/run-git.ts';

/** @param caller in the worktree. @returns the plan with what hides its files; none where that cannot be. */
export async function keepUntracked(
  caller: Caller,
  worktree: string,
  plan: SettingsPlan,
): Promise<SettingsPlan> {
  const names = plan.changes
    .filter(({ path }) => path.startsWith(`${worktree}/`))
    .map(({ path }) => path.slice(worktree.length + 1));
  const there = { ...caller, cwd: worktree };
  const hiding: SettingsChange[] = [];
  for (const name of new Set(names)) {
    if ((await gitText(there, ['ls-files', '--', `:(literal)${name}`])) !== '')
      return {
        changes: [],
        notice: `${name} is committed, and a session token has no place there: git rm --cached ${name}`,
      };
    if ((await gitText(there, ['check-ignore', '--', name], { okExits: [0, 1] })) !== '') continue;
    const words = ['rev-parse', '--path-format=absolute', '--git-path', 'info/exclude'];
    hiding.push({ kind: 'line', path: await gitText(there, words), text: `/${name}` });
  }
  return { ...plan, changes: [...hiding, ...plan.changes] };
}
