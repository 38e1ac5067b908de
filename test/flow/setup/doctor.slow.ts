// What doctor names, and that doing what it says helps: each fault is made, told, mended by the very words of the fix (a
// command is run, a file is edited by hand), and after that doctor has nothing to say.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diagnose } from '../../../src/flow/setup/diagnose.ts';
import { addPending } from '../../../src/git/pending.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import type { Caller } from '../../../src/model/caller.ts';
import type { Check } from '../../../src/model/diagnosis.ts';
import { openLab, type Lab } from '../../attest/lab.ts';
import { record } from '../../hooks/record.ts';

let lab: Lab;
let bin: string;

beforeAll(async () => {
  lab = openLab();
  bin = mkdtempSync(join(dirname(lab.repo), 'bin-'));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/aitrail.js')}' "$@"\n`;
  writeFileSync(join(bin, 'aitrail'), program, { mode: 0o755 });
  lab.git('init', '-q', '--bare', join(dirname(lab.repo), 'remote.git'));
  chmodSync(lab.home, 0o700);
  await record(lab, 'a.js', 'export const a = 1;\n');
}, 60_000);
afterAll(() => rmSync(dirname(lab.repo), { recursive: true }));

const isBad = ({ status }: Check): boolean => status === 'warn' || status === 'fail';

async function findFaults(caller: Caller): Promise<readonly Check[]> {
  return (await diagnose(caller)).filter(isBad);
}

/** The command that a fix ends with. */
function runFix(words: string): void {
  const fix =
    /(?:^|: )((?:aitrail|git|chmod) [^]*)$/.exec(words)?.[1] ?? `echo '${words}' && false`;
  const env = { ...lab.env, PATH: [bin, lab.env['PATH'] ?? ''].join(delimiter) };
  const ran = spawnSync('sh', ['-c', fix], { cwd: lab.repo, env, encoding: 'utf8' });
  expect(ran.status, `${fix}\n${ran.stdout}${ran.stderr}`).toBe(0);
}

const hook = (name: string): string => join(lab.repo, '.git', 'hooks', name);
const state = (...path: readonly string[]): string => join(lab.home, ...path);
const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8')));
const runner = (): string => join(lab.repo, '.git', 'aitrail', 'run.sh');
const shared = (): string => join(lab.repo, '.aitrailrc.yaml');
const own = (): string => join(lab.env['XDG_CONFIG_HOME'] ?? '', 'aitrail', 'config.yaml');
const keep = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

type Break = () => void | Promise<void>;
/** What is wrong, the check that tells it, how it comes about. */
type Fault = readonly [string, string, Break];

const COMMANDS: readonly Fault[] = [
  ['a hook is gone', 'hooks', () => rmSync(hook('pre-commit'))],
  ['a hook was replaced', 'hooks', () => writeFileSync(hook('post-commit'), '#!/bin/sh\n')],
  ['a hook is not executable', 'hooks', () => chmodSync(hook('pre-push'), 0o644)],
  ['a hook is empty', 'hooks', () => writeFileSync(hook('post-rewrite'), '')],
  ['what the hooks have in common is gone', 'hooks', () => rmSync(runner())],
  [
    'Node was moved',
    'hooks',
    () => edit(runner(), (text) => text.replace(/^node=.*/m, "node='/gone/node'")),
  ],
  [
    'the program was moved',
    'hooks',
    () => edit(runner(), (text) => text.replace(/^bundle=.*/m, "bundle='/gone/b.js'")),
  ],
  [
    'hooks are looked for elsewhere since',
    'hooks',
    () => void lab.git('config', 'core.hooksPath', join(lab.repo, '.git', 'other')),
  ],
  ['a remote came later', 'notes', () => void lab.git('remote', 'add', 'origin', '../remote.git')],
  [
    'the remote no longer brings notes',
    'notes',
    () =>
      void lab.git(
        'config',
        '--replace-all',
        'remote.origin.fetch',
        '+refs/heads/*:refs/remotes/origin/*',
      ),
  ],
  [
    'git copies notes at a rewrite',
    'notes',
    () => void lab.git('config', 'notes.rewriteRef', 'refs/notes/aitrail'),
  ],
  [
    'git copies all notes at a rewrite',
    'notes',
    () => void lab.git('config', 'notes.rewriteRef', 'refs/notes/*'),
  ],
  [
    'a commit waits for its note',
    'pending',
    async () => {
      lab.write('waiting.txt', 'x\n');
      lab.git('add', '-A');
      lab.git('-c', 'core.hooksPath=none', 'commit', '-q', '-m', 'waiting');
      const commit = lab.git('rev-parse', 'HEAD');
      await addPending(await openRepository(lab.caller), [
        {
          commit,
          rewrittenFrom: [],
          coverage: { preCommit: 'absent', recorder: 'off', agentSignals: [] },
        },
      ]);
    },
  ],
  [
    'the signing key is gone',
    'identity',
    () => {
      rmSync(state('keys', 'signing'));
      rmSync(state('keys', 'signing.pub'));
    },
  ],
  [
    'the private half of the signing key is gone',
    'identity',
    () => rmSync(state('keys', 'signing')),
  ],
  ['others can enter the state directory', 'state', () => chmodSync(state(), 0o755)],
  ['others can read the database', 'state', () => chmodSync(state('store.db'), 0o644)],
  ['others can enter the folder of keys', 'state', () => chmodSync(state('keys'), 0o711)],
  ['others can read the signing key', 'state', () => chmodSync(state('keys', 'signing'), 0o640)],
];

test('aitrail was never set up here', { timeout: 60_000 }, async () => {
  const faults = await findFaults(lab.caller);
  expect(faults.map(({ name }) => name)).toEqual(['hooks', 'identity']);
  for (const { fix } of faults) runFix(fix ?? '');
  expect(await findFaults(lab.caller)).toEqual([]);
});

test.each(COMMANDS)('%s', { timeout: 60_000 }, async (_name, check, happen) => {
  await happen();
  const [fault, ...more] = await findFaults(lab.caller);
  expect(fault?.name, JSON.stringify(fault)).toBe(check);
  expect(more.map(({ name }) => name)).toEqual([]);
  runFix(fault?.fix ?? 'false');
  expect(await findFaults(lab.caller)).toEqual([]);
});

/** What somebody must do by hand: what the fix says, how it comes about, how it is undone. */
const BY_HAND: readonly (readonly [string, RegExp, Break, Break])[] = [
  [
    'an unknown key',
    /^correct the line/,
    () => edit(shared(), (text) => `nonsense: 1\n${text}`),
    () => edit(shared(), (text) => text.replace(/^nonsense.*\n/, '')),
  ],
  [
    'a key that is not for a repository',
    /config\.yaml$/,
    () => edit(shared(), (text) => `signing: ssh\n${text}`),
    () => edit(shared(), (text) => text.replace(/^signing.*\n/, '')),
  ],
  ['no YAML', /^correct the line/, () => keep(own(), 'a: [\n'), () => rmSync(own())],
  ['a wrong type', /^correct the line/, () => keep(own(), 'mode: 3\n'), () => rmSync(own())],
  [
    'a policy for a newer version',
    /install a newer/,
    () => keep(own(), 'minVersion: 99.0.0\n'),
    () => rmSync(own()),
  ],
];

test.each(BY_HAND)('%s', { timeout: 60_000 }, async (...[, fix, happen, mend]) => {
  await happen();
  const [fault] = await findFaults(lab.caller);
  expect(fault).toMatchObject({ name: 'policy', status: 'fail', fix: expect.stringMatching(fix) });
  await mend();
  expect(await findFaults(lab.caller)).toEqual([]);
});

test('an organisation’s policy that is not there', async () => {
  const caller = { ...lab.caller, env: { ...lab.env, AITRAIL_POLICY: '/gone/policy.yaml' } };
  const faults = await findFaults(caller);
  expect(faults).toContainEqual(
    expect.objectContaining({
      name: 'policy',
      detail: expect.stringContaining('CONFIG_UNREADABLE'),
      fix: 'correct AITRAIL_POLICY, or unset it',
    }),
  );
});

test('a git that is too old, and one that is not there', async () => {
  const old = join(bin, 'old');
  mkdirSync(old);
  const real = spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).stdout.trim();
  const program = `#!/bin/sh\n[ "$2" = --version ] && echo git version 2.20.1 && exit\nexec '${real}' "$@"\n`;
  writeFileSync(join(old, 'git'), program, { mode: 0o755 });
  const env = { ...lab.env, PATH: [old, lab.env['PATH'] ?? ''].join(delimiter) };
  expect(await findFaults({ ...lab.caller, env })).toMatchObject([
    { name: 'git', detail: 'git 2.20.1 is too old', fix: 'install git 2.34 or newer' },
  ]);
  renameSync(join(old, 'git'), join(old, 'other'));
  const [none] = await findFaults({ ...lab.caller, env: { ...lab.env, PATH: old } });
  expect(none).toMatchObject({ name: 'git', detail: expect.stringContaining('GIT_MISSING') });
});

test('nobody knows who commits', async () => {
  const { GIT_COMMITTER_NAME: _, GIT_COMMITTER_EMAIL: __, ...env } = lab.env;
  const caller = { ...lab.caller, env };
  lab.git('config', 'user.useConfigOnly', 'true');
  const [fault] = await findFaults(caller);
  expect(fault).toMatchObject({ name: 'identity', detail: expect.stringContaining('NO_IDENTITY') });
  lab.git('config', 'user.name', 'Alice');
  lab.git('config', 'user.email', 'alice@example.com');
  expect(await findFaults(caller)).toEqual([]);
});
