// Random histories in a real repository with an oracle of its own: every line holds a word that tells who wrote it. Models,
// people, formatters and commands write, git stashes, amends, rebases, picks, merges, reverts and resets; no line that a
// person wrote, or was the last to change, may ever come out as an AI's. AITRAIL_SEQUENCES asks for more of them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePorcelain } from '../../src/git/blame.ts';
import { openBench, type Bench } from './attribution-bench.ts';

const COUNT = Number(process.env['AITRAIL_SEQUENCES'] ?? 16);
const PATHS = ['a.ts', 'b.ts'] as const;

const PLACED = [
  'model',
  'model',
  'rejected',
  'ran',
  'person',
  'touch',
  'rework',
  'delete',
  'move',
  'copy',
  'paste',
] as const;
const WHOLE = [
  'commit',
  'commit',
  'part',
  'amend',
  'format',
  'rewrite',
  'stash',
  'unstash',
  'branch',
  'back',
  'merge',
  'pick',
  'rebase',
  'revert',
  'soft',
  'mixed',
  'hard',
] as const;

interface Step {
  readonly kind: (typeof PLACED)[number] | (typeof WHOLE)[number];
  readonly path: (typeof PATHS)[number];
  readonly at: number;
  readonly count: number;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...PLACED) },
    { weight: 2, arbitrary: fc.constantFrom(...WHOLE) },
  ),
  path: fc.constantFrom(...PATHS),
  at: fc.nat(40),
  count: fc.integer({ min: 1, max: 4 }),
});

const SHAPES = [
  (word: string) => `const ${word} = await load(config.${word}, 3);`,
  (word: string) => `if (input.ready) return ${word}(input);`,
  (word: string) => `audit.record("${word}", { limit: 5 });`,
  (word: string) => `export function ${word}(input: Input) {`,
  (word: string) => `${word}: 7,`,
];

interface World extends Bench {
  made: number;
}

const linesOf = (world: World, path: string): string[] =>
  world
    .read(path)
    .split('\n')
    .filter((line) => line !== '');
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const stand = (world: World): Record<string, string> =>
  Object.fromEntries(PATHS.map((path) => [path, world.read(path)]));

function fresh(world: World, who: string, count: number): string[] {
  return Array.from({ length: count }, () => {
    world.made += 1;
    return SHAPES[world.made % SHAPES.length]?.(`${who}${String(world.made)}x`) ?? '';
  });
}

const insert = (lines: readonly string[], at: number, more: readonly string[]): string[] =>
  lines.toSpliced(at % (lines.length + 1), 0, ...more);

type Play = (world: World, step: Step) => Promise<void> | void;

async function writeByModel(world: World, path: string, next: readonly string[]): Promise<void> {
  const text = textOf(next);
  await world.record({ kind: 'write', path, text }, stand(world));
  world.write(path, text);
}

/** git says no where there is nothing to do, or a conflict: then it is as if nobody had tried. */
function tryGit(world: World, args: readonly string[], undo: readonly string[] = []): void {
  try {
    world.git(...args);
  } catch {
    if (undo.length > 0) tryGit(world, undo);
  }
}

/** Works on a clean tree only. */
function onClean(world: World, act: () => void): void {
  if (world.git('status', '--porcelain') === '') act();
}

const hasParent = (world: World): boolean => world.git('rev-list', '--count', 'HEAD') !== '1';

const PLAY: Readonly<Record<Step['kind'], Play>> = {
  model: (world, { path, at, count }) =>
    writeByModel(world, path, insert(linesOf(world, path), at, fresh(world, 'model', count))),
  rejected: (world, { path, at, count }) => {
    const text = textOf(insert(linesOf(world, path), at, fresh(world, 'refused', count)));
    return world.record({ kind: 'write', path, text }, stand(world), { outcome: 'rejected' });
  },
  ran: async (world, { path, at, count }) => {
    const edit = { kind: 'command', command: 'node generate.mjs', paths: [] } as const;
    await world.record(edit, stand(world));
    world.write(path, textOf(insert(linesOf(world, path), at, fresh(world, 'model', count))));
    await world.record({ ...edit, command: 'npm test' }, stand(world));
  },
  person: (world, { path, at, count }) =>
    world.write(path, textOf(insert(linesOf(world, path), at, fresh(world, 'person', count)))),
  touch: (world, { path, at }) => {
    const lines = linesOf(world, path);
    const line = lines[at % lines.length];
    world.made += 1;
    if (line !== undefined)
      world.write(
        path,
        textOf(lines.with(at % lines.length, `${line} touched${String(world.made)}x`)),
      );
  },
  rework: async (world, { path, at }) => {
    const lines = linesOf(world, path);
    const line = lines[at % lines.length];
    world.made += 1;
    // a model's change of a person's line may be called either
    if (line !== undefined && !line.includes('touched'))
      await writeByModel(
        world,
        path,
        lines.with(at % lines.length, `${line} model${String(world.made)}y`),
      );
  },
  delete: (world, { path, at, count }) => {
    const lines = linesOf(world, path);
    world.write(path, textOf(lines.toSpliced(at % (lines.length + 1), count)));
  },
  move: (world, { path, at, count }) => {
    const lines = linesOf(world, path);
    const cut = lines.splice(at % (lines.length + 1), count);
    world.write(path, textOf([...lines, ...cut]));
  },
  copy: (world, { path, at, count }) => {
    const some = linesOf(world, path).slice(at % 10, (at % 10) + count);
    const other = path === 'a.ts' ? 'b.ts' : 'a.ts';
    world.write(other, textOf([...linesOf(world, other), ...some]));
  },
  paste: async (world, { path, at, count }) => {
    const text = textOf(fresh(world, 'model', count + 1));
    await world.record({ kind: 'snippet', path: null, text }, stand(world));
    world.write(path, textOf(insert(linesOf(world, path), at, text.trimEnd().split('\n'))));
  },
  commit: (world) => void world.commit(),
  part: (world, { path, at }) => {
    tryGit(world, ['add', path]);
    world.write(path, textOf(insert(linesOf(world, path), at, fresh(world, 'person', 1))));
    tryGit(world, ['commit', '-qm', 'part']);
  },
  amend: (world) => tryGit(world, ['commit', '-qa', '--amend', '--no-edit']),
  format: (world, { path }) =>
    world.write(
      path,
      textOf(linesOf(world, path).map((line) => `  ${line.trim().replaceAll('"', "'")}`)),
    ),
  rewrite: (world, { path }) => writeByModel(world, path, linesOf(world, path)),
  stash: (world) => tryGit(world, ['stash', 'push', '-qu']),
  unstash: (world) =>
    onClean(world, () => tryGit(world, ['stash', 'pop', '-q'], ['reset', '-q', '--hard'])),
  branch: (world) => tryGit(world, ['switch', '-qc', `side${String((world.made += 1))}`, 'HEAD~1']),
  back: (world) => tryGit(world, ['switch', '-q', '-']),
  merge: (world) =>
    onClean(world, () =>
      tryGit(world, ['merge', '-q', '-Xours', '-m', 'm', '@{-1}'], ['merge', '--abort']),
    ),
  pick: (world) =>
    onClean(world, () => tryGit(world, ['cherry-pick', '-x', '@{-1}'], ['cherry-pick', '--abort'])),
  rebase: (world) =>
    onClean(world, () =>
      tryGit(world, ['rebase', '-q', '-Xtheirs', '@{-1}'], ['rebase', '--abort']),
    ),
  revert: (world) =>
    onClean(world, () => {
      if (hasParent(world)) tryGit(world, ['revert', '--no-edit', 'HEAD'], ['revert', '--abort']);
    }),
  soft: (world) => tryGit(world, ['reset', '-q', '--soft', 'HEAD~1']),
  mixed: (world) => tryGit(world, ['reset', '-q', 'HEAD~1']),
  hard: (world) => tryGit(world, ['reset', '-q', '--hard']),
};

interface Judged {
  readonly text: string;
  readonly kind: string;
}

/** By path and line as the commit has it. */
async function originsOf(world: World, commit: string): Promise<ReadonlyMap<string, string>> {
  const files = await world.attribute(commit);
  return new Map(
    files.flatMap(({ path, added }) =>
      added.map(({ line, origin }) => [`${path}:${String(line)}`, origin.kind] as const),
    ),
  );
}

async function judge(world: World): Promise<Judged[]> {
  const judged: Judged[] = [];
  const known = new Map<string, ReadonlyMap<string, string>>();
  for (const path of world.git('ls-files').split('\n').filter(Boolean)) {
    const lines = linesOf(world, path);
    for (const line of parsePorcelain(Buffer.from(`${world.git('blame', '-p', '--', path)}\n`))) {
      const origins = known.get(line.commit) ?? (await originsOf(world, line.commit));
      known.set(line.commit, origins);
      const kind = origins.get(`${line.path}:${String(line.originalLine)}`) ?? 'missing';
      judged.push({ text: lines[line.line - 1] ?? '', kind });
    }
  }
  return judged;
}

async function play(steps: readonly Step[]): Promise<Judged[]> {
  const bench = await openBench();
  try {
    const world: World = { ...bench, made: 0 };
    world.write('a.ts', textOf(fresh(world, 'person', 3)));
    world.commit();
    for (const step of steps) await PLAY[step.kind](world, step);
    if (world.git('diff', '--name-only', '--diff-filter=U') !== '')
      world.git('reset', '-q', '--hard');
    world.commit();
    return await judge(world);
  } finally {
    await bench.close();
  }
}

const isModels = (line: string): boolean => /model/.test(line) && !/person|touched/.test(line);
const isPersons = (line: string): boolean => /touched|refused/.test(line) || !/model/.test(line);

test(
  'whatever git does, no line of a person’s is ever an AI’s, and an AI’s lines are found',
  async () => {
    let [found, all] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 2, maxLength: 16 }), async (steps) => {
        const judged = await play(steps);
        all += judged.filter(({ text }) => isModels(text)).length;
        found += judged.filter(({ text, kind }) => isModels(text) && kind === 'ai').length;
        expect(judged.filter(({ text, kind }) => isPersons(text) && kind === 'ai')).toEqual([]);
        expect(judged.filter(({ kind }) => kind === 'missing')).toEqual([]);
      }),
      { numRuns: COUNT, seed: 7 },
    );
    if (COUNT > 16)
      process.stdout.write(
        `${String(COUNT)} histories: ${String(found)} of ${String(all)} lines of a model’s, 0 false\n`,
      );
    expect(found / all).toBeGreaterThan(0.9);
  },
  30_000 + COUNT * 3000,
);
