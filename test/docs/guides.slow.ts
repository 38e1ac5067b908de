// Every block of commands in the guides is run, in the order in which it stands there; every recipe of the cookbook is
// loaded, and its cases are judged.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPolicy } from '../../src/flow/policy/test-policy.ts';
import { openLab, type Lab } from '../attest/lab.ts';
import { type Desk, openDesk, readBlocks } from './desk.ts';

const read = (name: string): string => readFileSync(`docs/${name}.md`, 'utf8');

const GUIDES = [
  'getting-started',
  'policy-cookbook',
  'comparison',
  'formats',
  'privacy',
  'upgrading',
];

/** What a guide takes for granted. */
const BEFORE: Readonly<Record<string, string>> = {
  'policy-cookbook':
    'mkdir -p .aitrail && printf \'%s\\n\' "- { path: .github/workflows/ci.yml, expect: block }" > .aitrail/policy-tests.yaml && aitrail init',
};

/** readme.test.ts runs these: an agent's start takes a second. */
const inReadme = new Set(
  [...readFileSync('README.md', 'utf8').matchAll(/`(aitrail run -- [^`]+)`/g)].map(
    (found) => `${found[1] ?? ''}\n`,
  ),
);

const blocks = GUIDES.flatMap((name) =>
  readBlocks(read(name), 'sh')
    .filter((block) => !inReadme.has(block))
    .map((block, index) => ({ name, block, before: index === 0 ? BEFORE[name] : undefined })),
);

describe('the guides', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(() => desk.close());

  test.each(blocks)('$name: $block', { timeout: 120_000 }, async ({ block, before = 'true' }) => {
    const script = [`cd '${desk.project}'`, before, block].join('\n');
    const ran = await desk.run('sh', ['-ec', script], { ANTHROPIC_API_KEY: 'none' });
    expect(ran.exit, `${ran.stdout}${ran.stderr}`).toBe(0);
  });
});

describe('cookbook', () => {
  const text = read('policy-cookbook');
  const recipes = text.split(/^## /m).slice(1);
  let lab: Lab;
  beforeAll(() => {
    lab = openLab();
  });
  afterAll(() => rmSync(dirname(lab.repo), { recursive: true }));

  test('has recipes', () => expect(recipes.length).toBeGreaterThan(5));
  test.each(recipes.map((recipe) => [recipe.split('\n', 1)[0] ?? '', recipe]))(
    '%s',
    async (_title, recipe) => {
      const [policy = '', cases = '', ...others] = readBlocks(recipe, 'yaml');
      expect(others).toEqual([]);
      lab.commit('.aitrailrc.yaml', policy);
      lab.write('cases.yaml', cases);
      const tested = await testPolicy(lab.caller, [join(lab.repo, 'cases.yaml')]);
      expect(tested.length).toBeGreaterThan(0);
      expect(tested.filter(({ isRight }) => !isRight)).toEqual([]);
    },
  );
});
