// Where nothing can be written: a word about it, and an end.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'no-room-'));
afterAll(() => rmSync(dir, { recursive: true }));

test.each([
  ['demo', 'OUT_UNWRITABLE'],
  ['proxy start', 'STORE_FULL'],
])('%s', { timeout: 120_000 }, (words, code) => {
  const command = `ulimit -f 0; exec '${process.execPath}' '${resolve('bin/aitrail.js')}' ${words}`;
  const ran = spawnSync('sh', ['-c', command], {
    cwd: dir,
    env: { PATH: process.env['PATH'], HOME: dir, TMPDIR: dir, AITRAIL_HOME: join(dir, 'state') },
    encoding: 'utf8',
    timeout: 100_000,
  });
  expect(ran.stderr).toContain(`(${code})`);
  expect(ran.status).toBe(3);
  expect(readdirSync(dir).filter((name) => name !== 'state')).toEqual([]);
});
