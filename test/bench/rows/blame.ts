// B5: aitrail blame on a file whose commits all have notes, beside git blame and an empty Node.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attest, makeIdentity } from '../../attest/attest-kit.ts';
import { openLab, type Lab } from '../../attest/lab.ts';
import { ENTRY } from '../place.ts';
import type { Figure, Row } from '../row.ts';
import { inTurn, medianOf, timeProgram } from '../timing.ts';
import { writeCode } from '../written-code.ts';

const RUNS = 7;
const COMMITS = 10;
const SLACK_MS = 50;

export const row: Row = {
  id: 'B5',
  title: 'aitrail blame of one file',
  run: async () => {
    const measured: Measured[] = [];
    for (const lines of [500, 5000]) measured.push(await measure(lines));
    return figuresOf(measured);
  },
};

interface Measured {
  readonly lines: number;
  readonly ms: Readonly<Record<'aitrail' | 'git' | 'node', number>>;
}

async function measure(lines: number): Promise<Measured> {
  const lab = openLab();
  await makeIdentity(lab);
  let text = '';
  const commits: string[] = [];
  for (let at = 0; at < COMMITS; at += 1) {
    const mark = at % 2 === 0 ? '// ai:' : '//';
    text += writeCode(at, lines / COMMITS).replaceAll(/$/gm, ` ${mark}`);
    commits.push(lab.commit('work.ts', text));
  }
  await attest(lab, commits);
  const times = await inTurn(RUNS, {
    aitrail: run(lab, process.execPath, [ENTRY, 'blame', 'work.ts']),
    git: run(lab, 'git', ['blame', 'work.ts']),
    node: run(lab, process.execPath, ['-e', '0']),
  });
  rmSync(dirname(lab.repo), { recursive: true, force: true });
  const ms = { aitrail: 0, git: 0, node: 0 };
  return {
    lines,
    ms: {
      ...ms,
      aitrail: medianOf(times, 'aitrail'),
      git: medianOf(times, 'git'),
      node: medianOf(times, 'node'),
    },
  };
}

const run = (lab: Lab, command: string, args: readonly string[]) => (): number =>
  timeProgram({ command, args, cwd: join(lab.repo), env: lab.env });

function figuresOf(measured: readonly Measured[]): readonly Figure[] {
  const last = measured.at(-1)?.ms;
  const bar = last === undefined ? null : 1.15 * last.git + SLACK_MS + last.node;
  const figure = (what: string, name: keyof Measured['ms'], limit: number | null): Figure => ({
    what,
    unit: 'ms',
    of: 'lines',
    sizes: measured.map(({ lines, ms }) => ({ size: lines, value: ms[name] })),
    bar: limit,
  });
  return [
    figure('aitrail blame', 'aitrail', bar),
    figure('git blame', 'git', null),
    figure('node -e 0', 'node', null),
  ];
}
