// What hooks do is the same whoever answers them: the default suite runs their scripts with the fallback, this one with a
// daemon.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { runFiles } from '../../src/config/places.ts';
import { readRunInfo } from '../../src/daemon/run-info.ts';
import { noteOf } from '../attest/attest-kit.ts';
import { openLab } from '../attest/lab.ts';
import { runScript } from '../script.ts';

const SCRIPT_MS_MAX = 240_000;

test.concurrent.each(readdirSync('test/scripts').filter((name) => name.startsWith('hooks-')))(
  '%s',
  (name) => runScript(`test/scripts/${name}`, { hasDaemon: true }),
  SCRIPT_MS_MAX,
);

test(
  'a daemon killed right after git went on loses no commit: the next hook attests it',
  async () => {
    const lab = openLab();
    const aitrail = (...args: readonly string[]): string =>
      execFileSync(process.execPath, [resolve('bin/aitrail.js'), ...args], {
        cwd: lab.repo,
        env: lab.env,
        encoding: 'utf8',
      });
    aitrail('init');
    for (let round = 0; round < KILLS; round += 1) {
      aitrail('proxy', 'start');
      const info = await readRunInfo(runFiles(lab.home).daemon);
      lab.write('many.txt', manyLines(round));
      lab.git('add', '.');
      execFileSync('git', ['commit', '-qm', 'killed'], {
        cwd: lab.repo,
        env: { ...lab.env, AITRAIL_QUIET: '1' },
      });
      process.kill(info?.pid ?? 0, 'SIGKILL');
      const killed = lab.git('rev-parse', 'HEAD');
      const next = lab.commit('next.txt', `${String(round)}\n`);
      for (const commit of [killed, next]) expect(noteOf(lab, commit)).toHaveLength(1);
    }
    rmSync(dirname(lab.repo), { recursive: true });
  },
  SCRIPT_MS_MAX,
);

const KILLS = 5;

const manyLines = (round: number): string =>
  Array.from({ length: 3000 }, (_none, line) => `line ${String(line)} of ${String(round)}\n`).join(
    '',
  );
