// What one clone exports another takes in, in each of the formats, through the real commands.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { command as exportCommand } from '../../src/cli/export.ts';
import { commands as attributeCommands } from '../../src/cli/attribute.ts';
import { command as blameCommand } from '../../src/cli/blame.ts';
import type { CommandSpec, Invocation } from '../../src/cli/command.ts';
import type { Caller } from '../../src/model/caller.ts';
import { arrayAt, parseJson, stringAt } from '../../src/model/json.ts';
import { attest, makeIdentity } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

// dozens of processes: the bound only ends one that hangs
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const TEXT = 'one\nai: two\nai: three\nmixed: four\n\nfive\nai: six\n';

let lab: Lab;
let commits: readonly string[];
const clones: string[] = [];

beforeAll(async () => {
  lab = openLab();
  await makeIdentity(lab);
  lab.commit('.gitignore', 'none\n');
  commits = [lab.commit('src/my b.ts', TEXT), lab.commit('c.ts', 'own\nai: alone\n')];
  await attest(lab, [...commits, lab.commit('own.ts', 'nobody\n')]);
});
afterAll(() => {
  for (const place of [lab.repo, ...clones]) rmSync(dirname(place), { recursive: true });
});

interface Said {
  readonly exit: number;
  readonly text: string;
  readonly notes: string;
}

async function run(
  spec: CommandSpec | undefined,
  caller: Caller,
  given: Partial<Pick<Invocation, 'words' | 'options'>>,
): Promise<Said> {
  let [text, notes] = ['', ''];
  const out = {
    write: (more: string) => void (text += more),
    writeBytes: (more: Uint8Array) => void (text += Buffer.from(more).toString('utf8')),
    note: (more: string) => void (notes += more),
    progress: () => undefined,
    isColour: false,
    isTty: false,
    isInteractive: false,
  };
  const exit = await spec?.run({ caller, words: [], options: {}, out, ...given });
  return { exit: exit ?? -1, text, notes };
}

const exported = async (format: string, more: object = {}): Promise<string> =>
  (await run(exportCommand, lab.caller, { options: { format, ...more } })).text;

/** A clone without any notes: another machine, with a state of its own. */
function clone(): Caller & { readonly git: Lab['git'] } {
  const other = openLab();
  clones.push(other.repo);
  other.git('fetch', '-q', lab.repo, 'main');
  other.git('reset', '-q', '--hard', 'FETCH_HEAD');
  return { ...other.caller, git: other.git };
}

async function imported(caller: Caller, text: string): Promise<Said> {
  const path = join(caller.cwd, '..', 'provenance');
  writeFileSync(path, text);
  return run(attributeCommands[0], caller, { options: { import: '../provenance' } });
}

/** Origin and evidence of each line. */
async function origins(caller: Caller, path: string): Promise<readonly string[]> {
  const { text } = await run(blameCommand, caller, { words: [path], options: { json: true } });
  return arrayAt(parseJson(text), 'lines').map((line) =>
    `${stringAt(line, 'origin') ?? ''} ${stringAt(line, 'evidence') ?? ''} ${stringAt(line, 'agent') ?? ''} ${stringAt(line, 'session') ?? ''}`.trim(),
  );
}

const AI = 'ai claimed claude-code s1234567890';
const CLAIMED = ['unknown', AI, AI, 'unknown', 'unknown', 'unknown', AI];

describe('agent-trace', () => {
  test('a record for each commit with lines of an AI, in the shape of its schema', async () => {
    const records = (await exported('agent-trace')).trimEnd().split('\n').map(parseJson);
    expect(records).toMatchObject([
      {
        version: '0.1',
        vcs: { type: 'git', revision: commits[0] },
        tool: { name: 'aitrail' },
        files: [
          {
            path: 'src/my b.ts',
            conversations: [
              {
                url: 'aitrail:session/s1234567890',
                contributor: { type: 'ai', model_id: 'claude-x' },
                ranges: [
                  { start_line: 2, end_line: 3 },
                  { start_line: 7, end_line: 7 },
                ],
              },
              { contributor: { type: 'mixed' }, ranges: [{ start_line: 4, end_line: 4 }] },
            ],
          },
        ],
      },
      { vcs: { revision: commits[1] } },
    ]);
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    for (const record of records) {
      expect(stringAt(record, 'id')).toMatch(uuid);
      expect(stringAt(record, 'timestamp')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    }
  });

  test('another clone takes it in as claims, once', async () => {
    const other = clone();
    const text = await exported('agent-trace');
    expect(await imported(other, text)).toMatchObject({
      exit: 0,
      text: 'imported provenance of 2 commits\n',
    });
    expect(await origins(other, 'src/my b.ts')).toEqual(CLAIMED);
    const before = other.git('rev-parse', 'refs/notes/ai');
    expect((await imported(other, text)).exit).toBe(0);
    expect(other.git('rev-parse', 'refs/notes/ai')).toBe(before);
  });

  test.each([
    [
      'a commit from elsewhere',
      (text: string) =>
        text.replaceAll(/"revision":"[0-9a-f]+"/g, `"revision":"${'ab'.repeat(20)}"`),
      'is not in this repository',
    ],
    [
      'a name for a commit',
      (text: string) => text.replaceAll(/"revision":"[0-9a-f]+"/g, '"revision":"main"'),
      'full id',
    ],
    [
      'lines that are not there',
      (text: string) =>
        text
          .replaceAll('"end_line":7', '"end_line":8')
          .replaceAll('"end_line":2}', '"end_line":9}'),
      'no such lines',
    ],
    ['no record', () => '{"files":[]}', 'neither'],
  ])('%s is passed over', async (_what, change, why) => {
    const [first = ''] = (await exported('agent-trace')).split('\n');
    const other = clone();
    const said = await imported(other, change(first));
    expect(said).toMatchObject({ exit: 3, text: 'imported provenance of 0 commits\n' });
    expect(said.notes).toContain(why);
    expect(other.git('for-each-ref', 'refs/notes')).toBe('');
  });
});

test('git-ai: a stream for git fast-import, which gives the notes of the standard', async () => {
  const other = clone();
  const input = await exported('git-ai');
  execFileSync('git', ['fast-import', '--quiet'], { cwd: other.cwd, env: other.env, input });
  expect(await origins(other, 'src/my b.ts')).toEqual(
    CLAIMED.map((one) => one.replace('claude-code', 'claude')),
  );
  expect(other.git('notes', '--ref=ai', 'show', commits[1] ?? '')).toMatch(
    /^c\.ts\n {2}s_[0-9a-f]{14}::t_[0-9a-f]{14} 2\n---\n\{\n {2}"schema_version": "authorship\/3\.0\.0",/,
  );
  // whoever has such notes goes on from them
  lab.git('fetch', '-q', other.cwd, 'refs/notes/ai:refs/notes/ai');
  const again = await exported('git-ai');
  execFileSync('git', ['fast-import', '--quiet'], { cwd: other.cwd, env: other.env, input: again });
  expect(other.git('rev-list', '--count', 'refs/notes/ai')).toBe('2');
  expect(other.git('diff', '--stat', 'refs/notes/ai~1', 'refs/notes/ai')).toBe('');
});

test('in-toto: the signed envelopes themselves; what is there of a signer stays', async () => {
  const other = clone();
  const text = await exported('in-toto');
  expect(text.trimEnd().split('\n')).toHaveLength(3);
  expect(await imported(other, text)).toMatchObject({
    exit: 0,
    text: 'imported provenance of 3 commits\n',
  });
  expect((await origins(other, 'src/my b.ts'))[3]).toBe('mixed edited claude-code s1234567890');
  expect(other.git('notes', '--ref=aitrail', 'show', commits[0] ?? '')).toBe(
    lab.git('notes', '--ref=aitrail', 'show', commits[0] ?? ''),
  );
  const before = other.git('rev-parse', 'refs/notes/aitrail');
  expect((await imported(other, text)).exit).toBe(0);
  expect(other.git('rev-parse', 'refs/notes/aitrail')).toBe(before);
  const forged = text.replace(/"payload":"..../, '"payload":"eyJ4');
  expect((await imported(clone(), forged)).notes).toContain('bad-signature');
});

describe('what is exported', () => {
  test.each<[string, object, number]>([
    ['everything', {}, 3],
    ['an agent', { agent: 'claude-code' }, 2],
    ['another agent', { agent: 'codex' }, 0],
    ['a model', { model: 'claude-x' }, 2],
    ['an author', { user: 'ALICE@' }, 3],
    ['another author', { user: 'bob' }, 0],
    ['later', { since: '2999-01-01' }, 0],
    ['before', { until: '1999-01-01' }, 0],
    ['the newest', { limit: '1' }, 1],
  ])('%s', async (_what, filter, count) => {
    expect((await exported('in-toto', filter)).split('\n').length - 1).toBe(count);
  });

  test('a range', async () => {
    const options = { format: 'in-toto' };
    const { text } = await run(exportCommand, lab.caller, { words: ['HEAD~1..HEAD'], options });
    expect(text.split('\n').length - 1).toBe(1);
  });

  test('a file that only its owner reads, whole or not at all', async () => {
    await exported('agent-trace', { out: '../trace.jsonl' });
    const path = join(lab.repo, '..', 'trace.jsonl');
    expect(readFileSync(path, 'utf8')).toBe(await exported('agent-trace'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(exported('agent-trace', { out: 'no/such/folder/x' })).rejects.toMatchObject({
      code: 'OUT_UNWRITABLE',
    });
  });

  test.each([
    [{ format: 'xml' }, /xml is none of/],
    [{ format: 'in-toto', repo: '/x' }, /--repo/],
  ])('%j is refused', async (options, why) => {
    await expect(run(exportCommand, lab.caller, { options })).rejects.toThrow(why);
  });
});
