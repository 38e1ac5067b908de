// Random histories with an oracle of its own: every line holds a word that tells who wrote it. No line of a person's, and
// none that a person was the last to change, may ever come out as an AI's, whatever is edited, formatted, moved, copied,
// pasted, rejected, stashed or repeated. AITRAIL_SEQUENCES asks for more of them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay, type Happening } from './replay.ts';

const COUNT = Number(process.env['AITRAIL_SEQUENCES'] ?? 1500);

type Step =
  | { readonly kind: 'ai' | 'person' | 'rejected'; readonly at: number; readonly count: number }
  | {
      readonly kind: 'delete' | 'move' | 'copy' | 'touch' | 'ran' | 'paste';
      readonly at: number;
      readonly count: number;
    }
  | { readonly kind: 'look' | 'format' | 'rewrite' | 'park' | 'unpark' };

const place = { at: fc.nat(40), count: fc.integer({ min: 1, max: 4 }) };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('ai' as const, 'person' as const), ...place }),
  fc.record({
    kind: fc.constantFrom(
      'rejected' as const,
      'delete' as const,
      'move' as const,
      'copy' as const,
      'touch' as const,
      'ran' as const,
      'paste' as const,
    ),
    ...place,
  }),
  fc.record({
    kind: fc.constantFrom(
      'look' as const,
      'format' as const,
      'rewrite' as const,
      'park' as const,
      'unpark' as const,
    ),
  }),
);
const SHAPES = [
  (word: string) => `const ${word} = await load(config.${word}, 3);`,
  (word: string) => `if (input.ready) return ${word}(input);`,
  (word: string) => `audit.record("${word}", { limit: 5 });`,
  (word: string) => `export function ${word}(input: Input) {`,
];

/** What a recorder would have, and the file as it is. */
interface World {
  readonly happenings: Happening[];
  lines: string[];
  parked: string[] | null;
  made: number;
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function fresh(world: World, who: string, count: number): string[] {
  return Array.from({ length: count }, () => {
    world.made += 1;
    return SHAPES[world.made % SHAPES.length]?.(`${who}${String(world.made)}x`) ?? '';
  });
}

const insert = ({ lines }: World, at: number, more: readonly string[]): string[] =>
  lines.toSpliced(at % (lines.length + 1), 0, ...more);

/** Every request looks at the files before the model answers. */
function write(world: World, next: readonly string[], outcome: 'accepted' | 'rejected'): void {
  world.happenings.push({ seen: textOf(world.lines) });
  const edit = { kind: 'write', path: 'a', text: textOf(next) } as const;
  world.happenings.push({ by: 'model', edit, outcome });
  if (outcome === 'accepted') world.lines = [...next];
}

type Placed = (world: World, at: number, count: number) => void;

const PLACED: Readonly<Record<Extract<Step, { at: number }>['kind'], Placed>> = {
  ai: (world, at, count) =>
    write(world, insert(world, at, fresh(world, 'model', count)), 'accepted'),
  rejected: (world, at, count) =>
    write(world, insert(world, at, fresh(world, 'refused', count)), 'rejected'),
  person: (world, at, count) => {
    world.lines = insert(world, at, fresh(world, 'person', count));
  },
  delete: (world, at, count) => {
    world.lines = world.lines.toSpliced(at % (world.lines.length + 1), count);
  },
  move: (world, at, count) => {
    const cut = world.lines.splice(at % (world.lines.length + 1), count);
    world.lines = [...world.lines, ...cut];
  },
  copy: (world, at, count) => {
    const from = at % (world.lines.length + 1);
    world.lines = [...world.lines, ...world.lines.slice(from, from + count)];
  },
  touch: (world, at) => {
    const line = world.lines[at % world.lines.length];
    world.made += 1;
    if (line !== undefined)
      world.lines = world.lines.with(
        at % world.lines.length,
        `${line} touched${String(world.made)}x`,
      );
  },
  ran: (world, at, count) => {
    world.happenings.push({ seen: textOf(world.lines) });
    world.lines = insert(world, at, fresh(world, 'model', count));
    world.happenings.push({ by: 'model', ran: textOf(world.lines) });
  },
  paste: (world, at, count) => {
    const lines = fresh(world, 'model', count + 1);
    world.happenings.push({ seen: textOf(world.lines) });
    const edit = { kind: 'snippet', path: null, text: textOf(lines) } as const;
    world.happenings.push({ by: 'model', edit });
    world.lines = insert(world, at, lines);
  },
};

const WHOLE: Readonly<Record<Exclude<Step, { at: number }>['kind'], (world: World) => void>> = {
  rewrite: (world) => write(world, world.lines, 'accepted'),
  look: (world) => world.happenings.push({ seen: textOf(world.lines) }),
  format: (world) => {
    world.lines = world.lines.map((line) => `  ${line.trim().replaceAll('"', "'")}`);
  },
  park: (world) => {
    world.parked ??= world.lines;
  },
  unpark: (world) => {
    world.lines = world.parked ?? world.lines;
    world.parked = null;
  },
};

function play(steps: readonly Step[]): World {
  const world: World = { happenings: [], lines: [], parked: null, made: 0 };
  for (const step of steps)
    if ('at' in step) PLACED[step.kind](world, step.at, step.count);
    else WHOLE[step.kind](world);
  return world;
}

test(
  'no line of a person’s is ever an AI’s, and an AI’s lines are found',
  () => {
    let [found, all] = [0, 0];
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 14 }), (steps) => {
        const { happenings, lines } = play(steps);
        const { labels } = replay(happenings, textOf(lines));
        const isModels = lines.map((line) => line.includes('model') && !line.includes('touched'));
        all += isModels.filter(Boolean).length;
        found += isModels.filter((models, at) => models && labels[at] === 'a').length;
        return lines.every((_line, at) => isModels[at] === true || labels[at] !== 'a');
      }),
      { numRuns: COUNT, seed: 20 },
    );
    if (COUNT > 1500)
      process.stdout.write(
        `${String(COUNT)} histories: ${String(found)} of ${String(all)} lines of a model’s, 0 false\n`,
      );
    expect(found / all).toBeGreaterThan(0.93);
  },
  60_000 + COUNT * 20,
);
