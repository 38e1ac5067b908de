import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { openLab } from '../../attest/lab.ts';
import { compareBlame } from './beside.ts';
import { SITUATIONS } from './situations.ts';

test.each(SITUATIONS)('blame: $name', { timeout: 120_000 }, async ({ setup, asked }) => {
  const lab = openLab();
  execFileSync('sh', ['-ec', setup], { cwd: lab.repo, env: lab.env, stdio: 'pipe' });
  const answers = [];
  for (const words of asked.split('|'))
    answers.push(await compareBlame(lab.caller, words.trim().split(' ')));
  expect(answers).toContain('same');
  rmSync(dirname(lab.repo), { recursive: true });
});
