// Of several that are started at once one serves; the others must not outlive those who started them.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { isAlive } from '../../src/daemon/run-lock.ts';
import { spawnDaemon } from '../../src/daemon/spawn-daemon.ts';

const home = mkdtempSync(join(tmpdir(), 'spawn-'));
const named = join(home, 'pid');
afterEach(() => {
  if (isAlive(Number(readFileSync(named, 'utf8'))))
    process.kill(Number(readFileSync(named, 'utf8')));
  rmSync(home, { recursive: true });
});

test('a daemon that another one was faster than is ended by who started it', async () => {
  const script = join(home, 'waits.mjs');
  const write = `writeFileSync(${JSON.stringify(`${named}.new`)}, String(process.pid))`;
  const move = `renameSync(${JSON.stringify(`${named}.new`)}, ${JSON.stringify(named)})`;
  const head = "import { renameSync, writeFileSync } from 'node:fs';";
  writeFileSync(script, `${head} ${write}; ${move}; setInterval(() => undefined, 1000);`);
  const program = { script, args: [], env: { PATH: process.env['PATH'] ?? '' }, home };
  const other = { pid: process.pid };
  const answer = await spawnDaemon(program, () =>
    Promise.resolve(existsSync(named) ? other : null),
  );
  expect(answer).toBe(other);
  const pid = Number(readFileSync(named, 'utf8'));
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
}, 30_000);
