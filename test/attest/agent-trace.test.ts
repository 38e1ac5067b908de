import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatAgentTrace,
  readAgentTrace,
  type TraceRecord,
} from '../../src/attest/agent-trace.ts';
import { readGitAi } from '../../src/attest/git-ai.ts';
import { claimAgentTrace } from '../../src/attest/state-agent-trace.ts';

const COMMIT = 'ab'.repeat(20);

/** The least that its schema takes, and the example of its appendix. */
const LEAST = {
  version: '0.1.0',
  id: '550e8400-e29b-41d4-a716-446655440000',
  timestamp: '2026-01-25T10:00:00Z',
  files: [
    {
      path: 'src/app.ts',
      conversations: [{ contributor: { type: 'ai' }, ranges: [{ start_line: 1, end_line: 50 }] }],
    },
  ],
};

test('the least record', () => {
  expect(readAgentTrace(LEAST)).toMatchObject({
    vcs: null,
    files: [{ conversations: [{ contributor: { kind: 'ai', model: null } }] }],
  });
});

const text = (from: string, to: string): unknown =>
  JSON.parse(
    JSON.stringify({ ...LEAST, vcs: { type: 'git', revision: COMMIT } }).replace(from, to),
  );

test.each([
  ['a later version', text('0.1.0', '2.0')],
  ['no version', text('"version"', '"other"')],
  ['no id', text('"id"', '"other"')],
  ['files that are none', text('"files":[', '"files":3,"more":[')],
  ['a range without an end', text('end_line', 'last')],
  ['a range that runs backwards', text('"start_line":1', '"start_line":51')],
  ['line 0', text('"start_line":1', '"start_line":0')],
  ['half a line', text('"start_line":1', '"start_line":1.5')],
  ['an unknown contributor', text('"type":"ai"', '"type":"robot"')],
  ['a model that is no name', text('"type":"ai"', '"type":"ai","model_id":3')],
  ['another versioning', text('"git"', '"cvs"')],
  ['no object', 'a text'],
])('%s makes no claim', (_what, value) => expect(readAgentTrace(value)).toBeNull());

const contributor = fc.record({
  kind: fc.constantFrom('human', 'ai', 'mixed', 'unknown'),
  model: fc.option(fc.string()),
});
const range = fc
  .tuple(
    fc.integer({ min: 1, max: 99_999 }),
    fc.nat(99),
    fc.option(fc.string()),
    fc.option(contributor),
  )
  .map(([startLine, more, contentHash, own]) => ({
    startLine,
    endLine: startLine + more,
    contentHash,
    contributor: own,
  }));
const records: fc.Arbitrary<TraceRecord> = fc.record({
  id: fc.uuid(),
  timestamp: fc.constant('2026-01-25T10:00:00.000Z'),
  vcs: fc.option(fc.record({ type: fc.constantFrom('git', 'jj'), revision: fc.string() })),
  tool: fc.option(fc.record({ name: fc.option(fc.string()), version: fc.option(fc.string()) })),
  files: fc.array(
    fc.record({
      path: fc.string(),
      conversations: fc.array(
        fc.record({
          url: fc.option(fc.webUrl()),
          contributor: fc.option(contributor),
          ranges: fc.array(range, { maxLength: 3 }),
          related: fc.array(fc.record({ type: fc.string(), url: fc.webUrl() }), { maxLength: 2 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
  metadata: fc.option(fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string())),
});

test('reader and writer are inverses', () => {
  fc.assert(
    fc.property(records, (record) => {
      const json: unknown = JSON.parse(JSON.stringify(formatAgentTrace(record)));
      expect(readAgentTrace(json)).toEqual(record);
    }),
  );
});

const parsed = (value: object): TraceRecord => {
  const read = readAgentTrace({ ...LEAST, ...value });
  if (read === null) throw new Error('no record');
  return read;
};

/** A record of one conversation. */
const recordOf = (conversation: object): object => ({
  tool: { name: 'cursor', version: '2.4.0' },
  files: [{ path: 'a b.ts', conversations: [conversation] }],
});

const claimed = (value: object): unknown => {
  const note = claimAgentTrace(parsed(value), COMMIT);
  const read = note === null ? null : readGitAi(note);
  if (read === null) return null;
  const agents = [...read.metadata.sessions.values()].map((one) => one.agent);
  return {
    lines: read.files.map((file) => [file.path, ...file.entries.map(({ ranges }) => ranges)]),
    agents,
  };
};

const line = (at: number, model_id: string): object => ({
  start_line: at,
  end_line: at,
  contributor: { type: 'ai', model_id },
});

describe('what a record claims, in the words of refs/notes/ai', () => {
  const ranges = [
    { start_line: 30, end_line: 31 },
    { start_line: 2, end_line: 4 },
  ];
  const url = 'https://api.example.com/v1/conversations/12345';

  test('an AI’s lines, by tool, conversation and model', () => {
    const model_id = 'anthropic/claude-x';
    expect(claimed(recordOf({ url, contributor: { type: 'ai', model_id }, ranges }))).toEqual({
      lines: [
        [
          'a b.ts',
          [
            { startLine: 2, endLine: 4 },
            { startLine: 30, endLine: 31 },
          ],
        ],
      ],
      agents: [{ tool: 'cursor', id: url, model: 'claude-x' }],
    });
  });

  test('a range’s own contributor wins over its conversation’s', () => {
    const mine = { start_line: 7, end_line: 7, contributor: { type: 'human' } };
    const theirs = {
      start_line: 9,
      end_line: 9,
      contributor: { type: 'ai', model_id: 'vendor/m' },
    };
    expect(claimed(recordOf({ contributor: { type: 'ai' }, ranges: [mine] }))).toBeNull();
    expect(
      claimed(recordOf({ contributor: { type: 'human' }, ranges: [mine, theirs] })),
    ).toMatchObject({
      lines: [['a b.ts', [{ startLine: 9, endLine: 9 }]]],
      agents: [{ tool: 'cursor', id: LEAST.id, model: 'vendor/m' }],
    });
  });

  test('two models of one conversation are two sessions', () => {
    expect(claimed(recordOf({ url, ranges: [line(1, 'a'), line(2, 'b')] }))).toMatchObject({
      agents: [
        { id: `${url}#a`, model: 'a' },
        { id: `${url}#b`, model: 'b' },
      ],
    });
  });

  test.each(['human', 'mixed', 'unknown'])('of lines that are %s nothing is claimed', (type) =>
    expect(claimed(recordOf({ url, contributor: { type }, ranges }))).toBeNull(),
  );

  test('nor of lines of nobody', () => expect(claimed(recordOf({ url, ranges }))).toBeNull());
});
