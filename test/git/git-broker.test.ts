import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { openGitBroker, type GitBroker } from '../../src/git/git-broker.ts';
import { startGit, type GitJob } from '../../src/git/start-git.ts';

const cwd = mkdtempSync(join(tmpdir(), 'broker-'));
const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
const opened: GitBroker[] = [];

afterEach(() => opened.splice(0).forEach((broker) => broker.close()));
afterAll(() => rmSync(cwd, { recursive: true }));

const job = (args: readonly string[], more: Partial<GitJob> = {}): GitJob => ({
  args,
  cwd,
  env,
  stdin: '',
  timeoutMs: null,
  ...more,
});

function open(): GitBroker {
  const broker = openGitBroker();
  opened.push(broker);
  return broker;
}

/** Processes that this one started and that start git for it. */
const helpers = (): number[] =>
  spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes('broker-main'))
    .map((line) => Number.parseInt(line, 10));

test.each([
  ['output and standard input', job(['hash-object', '--stdin'], { stdin: 'text\n' })],
  ['bytes as they are', job(['stripspace'], { stdin: new Uint8Array([0x61, 0xff, 0x0a]) })],
  ['an exit status and its words', job(['rev-parse', '--verify', 'nowhere'])],
  [
    'the environment',
    job(['var', 'GIT_COMMITTER_IDENT'], {
      env: {
        ...env,
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'a@example.com',
        GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
      },
    }),
  ],
  ['a directory that is not there', job(['version'], { cwd: join(cwd, 'gone') })],
])('the broker answers as git itself does: %s', async (_, asked) => {
  const [direct, brokered] = await Promise.all([startGit(asked), open().start(asked)]);
  expect({
    ...brokered,
    stdout: 'stdout' in brokered && Buffer.from(brokered.stdout).toString('latin1'),
  }).toEqual({
    ...direct,
    stdout: 'stdout' in direct && Buffer.from(direct.stdout).toString('latin1'),
  });
});

test('a broker that is killed loses nothing: jobs under way and later ones are answered', async () => {
  const broker = open();
  await broker.start(job(['version']));
  const [pid = 0] = helpers();
  expect(pid).toBeGreaterThan(0);
  const waiting = Array.from({ length: 20 }, () => broker.start(job(['version'])));
  process.kill(pid, 'SIGKILL');
  const ends = [...(await Promise.all(waiting)), await broker.start(job(['version']))];
  for (const end of ends) expect(end).toMatchObject({ kind: 'ended', exit: 0 });
  expect(helpers().filter((one) => one !== pid)).toHaveLength(1);
});

test('a closed broker leaves no process', async () => {
  const broker = open();
  await broker.start(job(['version']));
  broker.close();
  await expect.poll(helpers).toEqual([]);
});
