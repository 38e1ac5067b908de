// Nobody is called that is not configured: the demonstration (daemon, agent, hooks, notes, proofs) works in a network that
// has nothing but loopback, and no process of it tries another address.
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let dir: string;
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'no-phone-')));
});
afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));

const run = (command: string, args: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(command, args, {
    cwd: dir,
    env: {
      PATH: [dirname(process.execPath), process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(
        delimiter,
      ),
      HOME: dir,
      GIT_CONFIG_NOSYSTEM: '1',
      TMPDIR: dir,
    },
    encoding: 'utf8',
    timeout: 150_000,
  });

/** Network namespaces and tracing are not everybody's to have: then the test says so. */
const canPart = spawnSync('unshare', ['-rn', 'sh', '-c', 'ip link set lo up']).status === 0;
const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

test.skipIf(!canPart)(
  'the demonstration needs no route out, and asks for none',
  { timeout: 180_000 },
  () => {
    const log = join(dir, 'connects');
    const tracing = canTrace ? ['strace', '-f', '-qq', '-e', 'trace=connect', '-o', log] : [];
    const command = [...tracing, process.execPath, resolve('bin/aitrail.js'), 'demo'];
    const script = `ip link set lo up && exec ${command.map((word) => `'${word}'`).join(' ')}`;
    const ran = run('unshare', ['-rn', 'sh', '-c', script]);
    expect(ran.status, `${ran.stdout}${ran.stderr}`).toBe(0);
    if (!canTrace) return;
    const connects = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.includes('connect('));
    const outside = connects.filter(
      (line) => /AF_INET6?\b/.test(line) && !/"127\.0\.0\.1"|"::1"/.test(line),
    );
    expect(connects.some((line) => line.includes('"127.0.0.1"'))).toBe(true);
    expect(outside).toEqual([]);
  },
);
