import { expect, test } from 'vitest';
import { startGit } from '../../src/git/start-git.ts';

const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
const start = (script: string, timeoutMs: number | null): ReturnType<typeof startGit> =>
  startGit({
    args: ['-c', `alias.hold=!${script}`, 'hold'],
    cwd: '/',
    env,
    stdin: '',
    timeoutMs,
  });

/** Longer than a test may take: whoever waits for it fails. */
const LONG = 'sleep 100';

test.each([
  ['git waits for what it started', `trap "" TERM; echo $$; exec ${LONG}`, 128],
  ['what it started stays behind', `${LONG} & echo $!; exit 0`, 0],
])('is not waited for longer than asked: %s', async (_, script, exit) => {
  const end = await start(script, 1500);
  expect(end).toMatchObject({ kind: 'ended', exit });
  const pid = end.kind === 'ended' ? Number(Buffer.from(end.stdout).toString()) : 0;
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, 'SIGKILL');
});

test('what it said comes whole where it ends in time', async () => {
  const end = await start('seq 20000; echo no >&2; exit 3', 60_000);
  expect(end).toMatchObject({ kind: 'ended', exit: 3, stderr: 'no\n' });
  expect(end.kind === 'ended' && end.stdout.length).toBe(108_894);
});
