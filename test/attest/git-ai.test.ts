import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  claimOf,
  formatGitAi,
  gitAiPerson,
  gitAiSession,
  isGitAiPath,
  readGitAi,
  type GitAiNote,
} from '../../src/attest/git-ai.ts';
import { blameFile, readBlameWords, type Blamed } from '../../src/flow/attribute/blame-file.ts';
import { blameDocument } from '../../src/print/blame-json.ts';
import { attest, makeIdentity, noteOf } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

const NOTE = readFileSync('fixtures/git-ai/note.txt', 'utf8').trimEnd();

const addPlain = (lab: Lab, commit: string, text: string): void => {
  execFileSync('git', ['notes', '--ref=ai', 'add', '-f', '-F', '-', commit], {
    cwd: lab.repo,
    env: lab.env,
    input: text,
  });
};

test('ids are those of the standard', () => {
  expect(gitAiPerson('Alice Smith <alice@example.com>')).toBe('h_31dce776f88375');
  expect(gitAiSession('claude', 'conv_abc123')).toBe('s_ee976e8f82d55b');
});

describe('a note with every kind of record', () => {
  const note = readGitAi(NOTE);

  test('is written again byte for byte', () => {
    expect(note === null ? null : formatGitAi(note)).toBe(NOTE);
  });

  test.each([
    ['src/main.ts', 1, null], // a person's
    ['src/main.ts', 3, 'claude'],
    ['src/main.ts', 9, 'claude'],
    ['src/main.ts', 8, null],
    ['src/main.ts', 25, 'codex'],
    ['docs/two words.md', 4, 'cursor'],
    ['docs/other.md', 4, null],
  ])('%s:%i is said to be of %s', (path, line, tool) => {
    expect(note === null ? null : (claimOf(note, path, line)?.agent.tool ?? null)).toBe(tool);
  });
});

test('where entries overlap the last one counts', () => {
  const text = NOTE.replace('_00000000000002 6-7,9', '_00000000000002 3-7').replace(
    's_ee976e8f82d55b::t_00000000000002',
    's_1f0c2d4e6a8b90::t_00000000000002',
  );
  const note = readGitAi(text);
  expect(note === null ? null : claimOf(note, 'src/main.ts', 4)?.agent.tool).toBe('cursor');
});

test.each([
  ['another version', NOTE.replace('3.0.0', '4.0.0')],
  ['no divider', NOTE.replace('\n---\n', '\n')],
  ['broken metadata', NOTE.slice(0, -1)],
  ['no prompts', NOTE.replace('"prompts"', '"other"')],
  ['a session without agent', NOTE.replace('"model": "claude-x"', '"model": 3')],
  ['a range that runs backwards', NOTE.replace('3-5', '5-3')],
  ['line 0', NOTE.replace('3-5', '0-5')],
  ['a blank in the lines', NOTE.replace('6-7,9', '6-7, 9')],
  ['an unknown kind of key', NOTE.replace('h_31dce776f88375 1-2', 'x_31dce776f88375 1-2')],
  ['lines before any file', `  h_31dce776f88375 1\n${NOTE}`],
  ['a file without lines', `empty.ts\n${NOTE}`],
  ['a blank in an unquoted path', NOTE.replace('src/main.ts', 'src/my main.ts')],
])('%s makes no claim', (_what, text) => {
  expect(readGitAi(text)).toBeNull();
});

const hex = (digits: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[a-f][0-9a-f]{${digits - 1}}$`));

const session = fc.record({
  agent: fc.record({ tool: fc.string(), id: fc.string(), model: fc.string() }),
  person: fc.option(fc.string()),
  attributes: fc.array(fc.tuple(hex(4), fc.string())).map((pairs) => new Map(pairs)),
});

const range = fc
  .tuple(fc.integer({ min: 1, max: 999_999 }), fc.nat(99))
  .map(([startLine, more]) => ({ startLine, endLine: startLine + more }));

const entry = fc.record({
  key: fc.oneof(
    fc.tuple(hex(14), hex(14)).map(([one, other]) => `s_${one}::t_${other}`),
    hex(14).map((id) => `h_${id}`),
    hex(16),
  ),
  ranges: fc.array(range, { minLength: 1, maxLength: 5 }),
});

const notes: fc.Arbitrary<GitAiNote> = fc.record({
  files: fc.array(
    fc.record({
      path: fc.string({ unit: 'grapheme' }).filter(isGitAiPath),
      entries: fc.array(entry, { minLength: 1, maxLength: 4 }),
    }),
    { maxLength: 4 },
  ),
  metadata: fc.record({
    tool: fc.option(fc.string()),
    baseCommit: hex(40),
    prompts: fc.constant(new Map()),
    people: fc.array(fc.tuple(hex(14), fc.string())).map((pairs) => new Map(pairs)),
    sessions: fc.array(fc.tuple(hex(14), session)).map((pairs) => new Map(pairs)),
  }),
});

test('reader and writer are inverses', () => {
  fc.assert(
    fc.property(notes, (note) => {
      expect(readGitAi(formatGitAi(note))).toEqual(note);
    }),
  );
});

const TEXT = 'one\nai: two\nai: three\nmixed: four\n\nfive\nai: six\n';

async function attestedLab(settings: string): Promise<{ lab: Lab; commit: string }> {
  const lab = openLab();
  await makeIdentity(lab);
  lab.commit('.aitrailrc.yaml', settings);
  return { lab, commit: lab.commit('src/my b.ts', TEXT) };
}

test('with notes.gitAi an attested commit has the plain note too: the lines that are an AI’s as they stand', async () => {
  const { lab, commit } = await attestedLab('notes: { gitAi: true }\n');
  await attest(lab, [commit]);
  const note = readGitAi(lab.git('notes', '--ref=ai', 'show', commit));
  const key = `${gitAiSession('claude', 's1234567890')}::t_`;
  expect(note?.files).toEqual([
    {
      path: 'src/my b.ts',
      entries: [
        {
          key: expect.stringContaining(key),
          ranges: [
            { startLine: 2, endLine: 3 },
            { startLine: 7, endLine: 7 },
          ],
        },
      ],
    },
  ]);
  expect(note?.metadata.baseCommit).toBe(commit);
  expect([...(note?.metadata.sessions.values() ?? [])].map(({ agent }) => agent)).toEqual([
    { tool: 'claude', id: 's1234567890', model: 'claude-x' },
  ]);
  expect(noteOf(lab, commit)).toHaveLength(1);
});

test('without it there is none, and a note that another tool wrote stays as it is', async () => {
  const silent = await attestedLab('notes: { gitAi: false }\n');
  await attest(silent.lab, [silent.commit]);
  expect(silent.lab.git('for-each-ref', 'refs/notes/ai')).toBe('');
  const { lab, commit } = await attestedLab('notes: { gitAi: true }\n');
  addPlain(lab, commit, NOTE);
  await attest(lab, [commit]);
  expect(lab.git('notes', '--ref=ai', 'show', commit)).toBe(NOTE);
  expect(noteOf(lab, commit)).toHaveLength(1);
});

async function blame(lab: Lab, path: string): Promise<Blamed> {
  const answer = await blameFile(lab.caller, readBlameWords([path]));
  if (answer.kind !== 'blamed') throw answer.fault;
  return answer.blamed;
}

test('blame shows what such a note claims, and counts it only when asked to', async () => {
  const lab = openLab();
  const commit = lab.commit('src/main.ts', 'a\nb\nc\nd\ne\nf\ng\nh\n');
  addPlain(lab, commit, NOTE);
  const blamed = await blame(lab, 'src/main.ts');
  const facts = blamed.lines.map((line, at) => ({
    ...line,
    ...(blamed.origins[at] ?? { origin: null, isSigned: true }),
  }));
  const { lines, summary } = blameDocument(blamed, facts, false);
  expect(lines.map((line) => line.origin)).toEqual(
    'unknown unknown ai ai ai ai ai unknown'.split(' '),
  );
  expect(lines[2]).toMatchObject({
    agent: 'claude',
    model: 'claude-x',
    session: 'conv_abc123',
    evidence: 'claimed',
    signed: false,
  });
  expect(summary).toEqual({ ai: 0, mixed: 0, unrecorded: 0, unknown: 8 });
  expect(blameDocument(blamed, facts, true).summary).toMatchObject({ ai: 5, unknown: 3 });
});

test('a signed note speaks for its commit alone', async () => {
  const { lab, commit } = await attestedLab('notes: { gitAi: false }\n');
  await attest(lab, [commit]);
  addPlain(lab, commit, NOTE.replace('src/main.ts', '"src/my b.ts"'));
  const { origins } = await blame(lab, 'src/my b.ts');
  expect(origins[5]?.origin).toEqual({ kind: 'unrecorded' });
});
