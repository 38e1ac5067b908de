// The work that every client is given: it creates, edits, runs a shell, fails at an edit, meets an overloaded model and a
// stream that breaks off, and goes on in a second run.
import type { Launch } from './launches.ts';
import { type Script, type Step, taskOf } from './model/script.ts';

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
const CLOCK =
  'export const secondsSince = (startedMs: number): number => (Date.now() - startedMs) / 1000;\n';
const LIMIT =
  'export const clampPercent = (share: number): number => Math.min(100, Math.max(0, share * 100));\n';
const SHOUT =
  'export const shoutOf = (words: string): string => words.toLocaleUpperCase() + "!";\n';
const LATER =
  'export const initialsOf = (words: string): string => words.replace(/\\B\\w+/g, "");\n';

const DELEGATE: Step = {
  text: 'Somebody else may write the last one.',
  op: { kind: 'delegate', prompt: taskOf(3, 'Write the shouting.') },
};

/** Some clients end with their own turn, whoever still works for them. */
const WAIT: Step = {
  text: 'Until that is there.',
  op: {
    kind: 'shell',
    command: 'for i in $(seq 90); do test -e shout.ts && break; sleep 0.1; done',
  },
};

const WORK: Script = [
  [
    { text: 'The greeting first.', op: { kind: 'write', path: 'greet.ts', text: GREET } },
    {
      text: 'Now the punctuation.',
      op: { kind: 'edit', path: 'greet.ts', old: BEFORE, fresh: AFTER },
    },
    {
      text: 'A change that will not fit.',
      op: {
        kind: 'edit',
        path: 'greet.ts',
        old: '  nobody wrote this line\n',
        fresh: '  nor this\n',
      },
    },
    {
      text: 'The seed, by shell.',
      op: { kind: 'shell', command: `cat > seed.py <<'PY'\n${SEED}PY` },
    },
    {
      text: 'A clock, once the model has room.',
      op: { kind: 'write', path: 'clock.ts', text: CLOCK },
      trouble: 'overloaded',
    },
    {
      text: 'A limit, once the stream holds.',
      op: { kind: 'write', path: 'limit.ts', text: LIMIT },
      trouble: 'cut',
    },
  ],
  [
    { text: 'One thing more.', op: { kind: 'write', path: 'initials.ts', text: LATER } },
    DELEGATE,
    WAIT,
  ],
  // the sub-agent's
  [{ text: 'The shouting.', op: { kind: 'write', path: 'shout.ts', text: SHOUT } }],
];

/** What the repository holds afterwards. */
export const resultFor = ({ subAgents }: Launch): Readonly<Record<string, string>> => ({
  'clock.ts': CLOCK,
  'greet.ts': GREET.replace(BEFORE, AFTER),
  'initials.ts': LATER,
  'limit.ts': LIMIT,
  'seed.py': SEED,
  ...(subAgents === null ? {} : { 'shout.ts': SHOUT }),
});

export const workFor = ({ survivesCut, subAgents }: Launch): Script =>
  WORK.map((part) =>
    part
      .filter((step) => subAgents !== null || (step !== DELEGATE && step !== WAIT))
      .map(({ text, op, trouble }) =>
        trouble === undefined || (trouble === 'cut' && !survivesCut)
          ? { text, op }
          : { text, op, trouble },
      ),
  );
