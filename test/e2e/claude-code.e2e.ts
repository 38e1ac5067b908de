// Claude Code from npm, unmodified and headless, against a scripted model: recorded, committed, signed, blamed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemoModel, type DemoModel } from '../../src/flow/demo/model.ts';
import type { DemoTurn } from '../../src/flow/demo/script.ts';
import { arrayAt, parseJson, stringAt } from '../../src/model/json.ts';
import { installClient } from './clients.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const GREET = `const GREETINGS = { en: 'Hello', de: 'Guten Tag' };

export function greet(name: string, language: 'en' | 'de'): string {
  return \`\${GREETINGS[language]}, \${name}\`;
}
`;
const BEFORE = '  return `${GREETINGS[language]}, ${name}`;\n';
const AFTER =
  "  const punctuation = name.endsWith('!') ? '' : '.';\n  return `${GREETINGS[language]}, ${name}${punctuation}`;\n";
const SEED =
  "import json\nrows = [{'id': number, 'name': f'user{number}'} for number in range(3)]\nprint(json.dumps(rows))\n";
const TYPED = '\nexport const farewell = (name: string): string => `Goodbye, ${name}`;\n';

const turns = (repo: string): readonly DemoTurn[] => [
  {
    text: 'I will create the greeting.',
    calls: [
      {
        id: 'toolu_e2e_1',
        name: 'Write',
        input: { file_path: join(repo, 'src/greet.ts'), content: GREET },
      },
    ],
  },
  {
    text: 'Now the punctuation.',
    calls: [
      {
        id: 'toolu_e2e_2',
        name: 'Edit',
        input: { file_path: join(repo, 'src/greet.ts'), old_string: BEFORE, new_string: AFTER },
      },
    ],
  },
  {
    text: 'And the seed script, by shell.',
    calls: [
      {
        id: 'toolu_e2e_3',
        name: 'Bash',
        input: {
          command: `mkdir -p scripts && cat > scripts/seed.py <<'PY'\n${SEED}PY`,
          description: 'write the seed',
        },
      },
    ],
  },
  { text: 'All three are done.', calls: [] },
];

let claude = '';
let model: DemoModel;
let box: Sandbox;
const script: DemoTurn[] = [];

beforeAll(async () => {
  claude = installClient('@anthropic-ai/claude-code');
  model = await startDemoModel(script);
  box = await openSandbox(model.url);
  script.push(...turns(box.repo));
});
afterAll(async () => {
  await box.close();
  await model.close();
});

interface Blamed {
  readonly origin: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly session: string | null;
  readonly text: string;
}

async function blame(path: string): Promise<readonly Blamed[]> {
  const ran = await box.run('aitrail', ['blame', '--json', '--', path]);
  expect(ran.exit, ran.stderr).toBe(0);
  return arrayAt(parseJson(ran.stdout), 'lines').map((line) => ({
    origin: stringAt(line, 'origin'),
    agent: stringAt(line, 'agent'),
    model: stringAt(line, 'model'),
    session: stringAt(line, 'session'),
    text: stringAt(line, 'text') ?? '',
  }));
}

async function checkHead(): Promise<void> {
  const [greet, seed] = [await blame('src/greet.ts'), await blame('scripts/seed.py')];
  const typedFrom = greet.findIndex((line) => line.text.startsWith('export const farewell'));
  const written = [...greet.slice(0, typedFrom - 1), ...seed]; // the blank line between may go with either side
  expect(new Set(written.map((line) => `${line.origin} ${line.agent}`))).toEqual(
    new Set(['ai claude-code']),
  );
  expect(new Set(written.map((line) => line.session)).size).toBe(1);
  expect(written.every((line) => (line.model ?? '').startsWith('claude-'))).toBe(true);
  expect(greet.slice(typedFrom).map((line) => line.origin)).toEqual(['unrecorded']);
  const verified = await box.run('aitrail', ['verify', 'HEAD']);
  expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
}

test('creates, edits and writes by shell through the proxy; commit, amend, blame and verify hold', async () => {
  expect((await box.run('aitrail', ['init'])).exit).toBe(0);
  await box.run('git', ['add', '-A']);
  expect((await box.run('git', ['commit', '-q', '-m', 'Set up'])).exit).toBe(0);

  const ran = await box.run(
    'aitrail',
    [
      'run',
      '--',
      claude,
      '-p',
      'Write a greeting and a seed script.',
      '--dangerously-skip-permissions',
    ],
    {
      ANTHROPIC_API_KEY: 'sk-ant-canary',
      IS_SANDBOX: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
  );
  expect(ran.exit, ran.stderr).toBe(0);
  const greet = readFileSync(join(box.repo, 'src/greet.ts'), 'utf8');
  expect(greet).toBe(GREET.replace(BEFORE, AFTER));
  box.write('src/greet.ts', greet + TYPED);

  await box.run('git', ['add', '-A']);
  const committed = await box.run('git', ['commit', '-m', 'Add a greeting']);
  expect(committed.exit, committed.stderr).toBe(0);
  await checkHead();

  const amended = await box.run('git', ['commit', '--amend', '-m', 'Add a greeting and a seed']);
  expect(amended.exit, amended.stderr).toBe(0);
  await checkHead();
});
