// Six shapes of a change, each reviewed from a shallow clone in all forms; fixtures/change-reports holds what they say.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Verification } from '../../src/model/verification.ts';
import { changeGithub, changeGitlab, changeSarif } from '../../src/print/change-forges.ts';
import { changeMarkdown } from '../../src/print/change-markdown.ts';
import { approveFile, lineFor, makeSigner } from './approve-kit.ts';
import { ask, attest, forceNote, makeIdentity } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

const LIST = '.aitrail/allowed_signers';
const labs: Lab[] = [];
const clones: string[] = [];
afterAll(() => {
  for (const path of [...labs.map((lab) => dirname(lab.repo)), ...clones])
    rmSync(path, { recursive: true, force: true });
});

function newLab(email?: string): Lab {
  const lab = openLab({ isOneSecond: true, ...(email === undefined ? {} : { email }) });
  labs.push(lab);
  return lab;
}

/** As pre-commit notes it for the hook after the commit. */
function noteCheck(lab: Lab): void {
  mkdirSync(join(lab.repo, '.git/aitrail'), { recursive: true });
  writeFileSync(join(lab.repo, '.git/aitrail/checked-tree'), lab.git('rev-parse', 'HEAD^{tree}'));
}

/** Commits, checked and attested. */
async function commitWell(lab: Lab, path: string, text: string): Promise<string> {
  const commit = lab.commit(path, text);
  noteCheck(lab);
  await attest(lab, [commit]);
  return commit;
}

/** main with a list, a policy and a file; `topic` starts there. */
async function openBase(): Promise<{ readonly lab: Lab; readonly key: string }> {
  const lab = newLab();
  const key = await makeIdentity(lab);
  lab.write('.aitrailrc.yaml', POLICY);
  lab.write('src/old.ts', 'kept\ngone\nkept too\n');
  lab.commit(LIST, `alice@example.com ${key}\n`);
  lab.git('checkout', '-q', '-b', 'topic');
  return { lab, key };
}

const POLICY = `
protect:
  - { paths: ['.github/workflows/**'], from: ai, action: block }
  - { paths: ['auth/**'], from: ai, action: approve }
  - { paths: ['LICENSE'], from: any, action: warn }
`;

const SHAPES: Readonly<Record<string, () => Promise<Lab>>> = {
  'one-agent': async () => {
    const { lab } = await openBase();
    await commitWell(lab, 'src/new.ts', 'ai: one\nai: two\nmine\n');
    return lab;
  },
  'two-agents-in-turn': async () => {
    const { lab } = await openBase();
    await commitWell(lab, 'src/new.ts', 'ai: one\nai: two\nai: three\nmine\n');
    lab.git('mv', 'src/new.ts', 'src/moved.ts');
    await commitWell(lab, 'src/moved.ts', 'ai: one\ncodex: 2\nmixed: three\nmine\n');
    await commitWell(lab, 'src/old.ts', 'kept\nchanged\nkept too\n');
    return lab;
  },
  approved: async () => {
    const lab = newLab();
    const bob = await makeSigner('bob');
    lab.write('.aitrailrc.yaml', POLICY);
    const list = `${lineFor('alice@example.com', { ...bob, publicKey: await makeIdentity(lab) })}${lineFor('bob@example.com', bob)}`;
    lab.commit(LIST, list);
    lab.git('checkout', '-q', '-b', 'topic');
    await approveFile(lab, bob, { path: 'auth/login.ts', text: 'ai: login\n' });
    await commitWell(lab, 'auth/login.ts', 'ai: login\n');
    return lab;
  },
  'past-the-rules': async () => {
    const { lab } = await openBase();
    const commit = lab.commit('.github/workflows/ci.yml', 'ai: run\n'); // --no-verify: nothing was checked
    await attest(lab, [commit]);
    await commitWell(lab, 'auth/login.ts', 'ai: login\n');
    await commitWell(lab, 'LICENSE', 'mine\n');
    return lab;
  },
  'not-believed': async () => {
    const { lab } = await openBase();
    const hostile = 'docs/`x`|<b>@all%0A::error::.md';
    lab.write(hostile, 'ai: text\n');
    lab.git('add', '-A');
    lab.git('commit', '-q', '-m', '</details> @all `` ::error::x\u202E');
    lab.commit('src/b.ts', 'ai: b\n');
    const mallory = newLab('mallory@example.com');
    await makeIdentity(mallory);
    const commit = lab.git('rev-parse', 'HEAD');
    forceNote(lab, commit, 'x\n');
    await attest(lab, [commit], { caller: { ...mallory.caller, cwd: lab.repo } });
    return lab;
  },
  'merge-and-deletion': async () => {
    const { lab } = await openBase();
    await commitWell(lab, 'src/a.ts', 'ai: a\n');
    lab.git('checkout', '-q', 'main');
    lab.git('checkout', '-q', '-b', 'side');
    await commitWell(lab, 'src/side.ts', 'codex: side\n');
    lab.git('checkout', '-q', 'topic');
    lab.git('merge', '-q', '--no-ff', '-m', 'merge side', 'side');
    noteCheck(lab);
    await attest(lab, [lab.git('rev-parse', 'HEAD')]);
    lab.git('rm', '-q', 'src/old.ts');
    await commitWell(lab, 'image.bin', '\0\u0001');
    return lab;
  },
};

/** What a job has: history back to the base, the notes as they are, nothing else. */
function cloneShallow(lab: Lab): Lab {
  const depth = lab.git('rev-list', '--count', 'main..topic');
  const repo = join(mkdtempSync(join(tmpdir(), 'review-')), 'clone');
  clones.push(dirname(repo));
  const url = `file://${lab.repo}`;
  lab.git('clone', '-q', `--depth=${Number(depth) + 1}`, '--branch=topic', url, repo);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: repo, env: lab.env, encoding: 'utf8' }).trim();
  git('fetch', '-q', '--depth=1', 'origin', 'refs/notes/aitrail:refs/notes/aitrail');
  return { ...lab, repo, git, caller: { ...lab.caller, cwd: repo } };
}

const FORMS: Readonly<Record<string, (answer: Verification) => string>> = {
  'comment.md': changeMarkdown,
  'sarif.json': (answer) => changeSarif(answer, '1.0.0'),
  'github.txt': changeGithub,
  'gitlab.json': changeGitlab,
};

test.each(Object.keys(SHAPES))(
  'a change of the shape %s',
  async (shape) => {
    const lab = await SHAPES[shape]?.();
    if (lab === undefined) throw new Error(shape);
    const base = lab.git('rev-parse', 'main');
    const ids = lab.git('rev-list', '--topo-order', '--reverse', 'topic').split('\n');
    const there = cloneShallow(lab);
    const answer = await ask(there, { range: `${base}..HEAD`, isReported: true });
    for (const [name, format] of Object.entries(FORMS))
      await expect(settle(format(answer), ids)).toMatchFileSnapshot(
        resolve('fixtures/change-reports', shape, name),
      );
  },
  30_000,
);

test('whether an approval is of this repository cannot be told where history is cut: no yes', async () => {
  const lab = await SHAPES['approved']?.();
  if (lab === undefined) throw new Error('no such shape');
  const range = `${lab.git('rev-parse', 'main')}..topic`;
  const require = ['approval'] as const;
  expect((await ask(lab, { range, require })).isOk).toBe(true);
  lab.git('checkout', '-q', 'topic');
  lab.git('branch', '-f', 'main', 'topic'); // one more below, so that the clone is cut
  const deeper = await commitWell(lab, 'auth/more.ts', 'ai: more\n');
  const there = cloneShallow(lab);
  await expect(ask(there, { range: `${deeper}~1..HEAD`, require })).rejects.toMatchObject({
    code: 'OBJECTS_MISSING',
    exit: 3,
  });
}, 30_000);

/** Ids and digests differ from run to run. */
function settle(text: string, ids: readonly string[]): string {
  const named = ids.reduce((all, id, at) => all.replaceAll(id.slice(0, 12), `commit-${at}`), text);
  return named
    .replaceAll(/SHA256:[\w+/]{43}/g, 'SHA256:KEY')
    .replaceAll(/`a[0-9a-z]{10}`/g, '`APPROVAL`')
    .replaceAll(/[0-9a-f]{64}/g, 'DIGEST');
}
