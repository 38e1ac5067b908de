// Whatever manager a team has: its hooks and ours run, in worktrees and submodules too, whoever came first, and after
// `aitrail uninstall` every byte is where it was.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, openTeamLab, type TeamLab } from './lab.ts';
import { MANAGERS, TEAM_HOOKS } from './managers.ts';

const LOOKED_AT = [
  '.git/hooks',
  '.git/config',
  '.husky',
  'lefthook.yml',
  '.pre-commit-config.yaml',
];

/** What `commitIn` sees where all is well. */
const BOTH: {
  readonly team: readonly string[];
  readonly isNoted: boolean;
  readonly isRefused: boolean;
} = { team: ['post-commit', 'pre-commit'], isNoted: true, isRefused: true };

describe.each(MANAGERS)('$name', ({ get, setUp, install }) => {
  const tools = get();
  test('is at hand', ({ skip }) => {
    skip(tools.kind === 'missing', tools.kind === 'missing' ? tools.why : '');
    expect(tools.kind).toBe('here');
  });
  describe.skipIf(tools.kind === 'missing')('together', () => {
    let lab: TeamLab;
    let before: Readonly<Record<string, string>> = {};
    const globalOf = (): unknown => lab.sh('cat "$HOME/.gitconfig"').stdout;
    let globalBefore: unknown;

    beforeAll(() => {
      lab = openTeamLab(tools.kind === 'here' ? tools.folders : []);
      lab.must('git init -q --bare -b main ../remote.git && git remote add origin ../remote.git');
      setUp(lab);
      lab.write('a.txt', 'one\n');
      lab.must('git add -A && git -c core.hooksPath=/dev/null commit -qm first');
      install(lab, lab.repo);
      lab.ran();
      before = bytesOf(lab.repo, LOOKED_AT);
      globalBefore = globalOf();
      lab.must('aitrail init');
    });
    afterAll(() => lab.remove());

    /** What a commit meets: the team's hooks, ours, and ours again with a secret. */
    function commitIn(cwd: string): typeof BOTH {
      lab.ran();
      lab.must('date +%s%N >> b.txt && git add b.txt && git commit -qm more', cwd);
      const team = lab.ran().toSorted();
      const isNoted = lab.sh('git notes --ref=aitrail show HEAD', cwd).stdout.includes('payload');
      const token = ['ghp', 'R7tQ2mZx9LbK4vWc8NsY3hDf6JpA1gUe5iTo'].join('_');
      lab.write(join(cwd, 'leak.js'), `t = "${token}"\n`);
      const { exit, stderr } = lab.sh('git add leak.js && git commit -qm leak', cwd);
      lab.must('git rm -q --cached leak.js && rm leak.js', cwd);
      return { team, isNoted, isRefused: exit !== 0 && stderr.includes('SECRET_FOUND') };
    }

    test('both run at a commit, and a secret is refused', () => {
      expect(commitIn(lab.repo)).toEqual(BOTH);
    });

    test('both run at a push, once each, and the notes arrive', () => {
      lab.ran();
      const { exit, stderr } = lab.sh('git push -q origin main');
      expect(exit, stderr).toBe(0);
      expect(lab.ran()).toEqual(['pre-push']);
      expect(lab.must('git -C ../remote.git notes --ref=aitrail list')).not.toBe('');
    });

    test('the team’s refusal holds', () => {
      lab.write('c.txt', 'c\n');
      const here = lab.must('git rev-parse HEAD');
      // its log cannot be written
      const { exit } = lab.sh('git add c.txt && TEAM_LOG=/dev/null/no git commit -qm no');
      expect(exit).not.toBe(0);
      expect(lab.must('git rev-parse HEAD')).toBe(here);
      lab.must('git rm -q --cached c.txt');
    });

    test('installed again after us: what doctor says of it, init mends', () => {
      install(lab, lab.repo);
      const { stdout } = lab.sh('aitrail doctor');
      if (/does not call aitrail any more/.test(stdout)) lab.must('aitrail init');
      expect(lab.sh('aitrail doctor').stdout).not.toContain('does not call aitrail');
      expect(commitIn(lab.repo)).toEqual(BOTH);
    });

    test('uninstall gives every byte back, and the team’s hooks go on alone', () => {
      lab.must('aitrail uninstall');
      expect(bytesOf(lab.repo, LOOKED_AT)).toEqual(before);
      expect(globalOf()).toEqual(globalBefore);
      lab.ran();
      lab.must('echo >> a.txt && git commit -qam alone && git push -q origin main');
      expect(lab.ran().toSorted()).toEqual([...TEAM_HOOKS].toSorted());
      expect(lab.sh('git notes --ref=aitrail show HEAD').exit).not.toBe(0);
    });

    test('in a linked worktree', () => {
      lab.must('aitrail init && git add -A && git commit -qm "with aitrail"');
      lab.must('git worktree add -q ../linked');
      const linked = join(lab.root, 'linked');
      install(lab, linked);
      lab.sh('aitrail init', linked);
      expect(commitIn(linked)).toEqual(BOTH);
    });

    test('in a submodule', () => {
      lab.must('git push -q origin main && mkdir ../above && git -C ../above init -q -b main');
      const above = join(lab.root, 'above');
      lab.must('git submodule add -q ../remote.git sub', above);
      const sub = join(above, 'sub');
      install(lab, sub);
      lab.must('aitrail init', sub);
      expect(commitIn(sub)).toEqual(BOTH);
    });
  });
});
