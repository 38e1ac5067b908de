// Findings of a scanner that nobody here wrote, on lines of a model, of a person and of nobody.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initRepository } from '../../../src/flow/setup/init-repository.ts';
import { readSarif } from '../../../src/flow/trace/read-sarif.ts';
import { traceFindings } from '../../../src/flow/trace/trace-findings.ts';
import { arrayAt, objectAt, stringAt } from '../../../src/model/json.ts';
import type { Trace, TracedPlace } from '../../../src/model/trace.ts';
import { pickStyle } from '../../../src/print/style.ts';
import { traceDocument, traceSarif, traceText } from '../../../src/print/trace-lines.ts';
import { openLab, type Lab } from '../../attest/lab.ts';
import { record } from '../../hooks/record.ts';

const ROWS =
  'export const rows = [1, 2, 3];\nexport const total = rows.reduce((a, b) => a + b, 0);\n';

const result = (uri: string, region: object | null, more: object = {}): object => ({
  ruleId: 'js/eval',
  message: { text: 'Do not do that.' },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri, ...more },
        ...(region === null ? {} : { region }),
      },
    },
  ],
});

const sarif = (results: readonly object[], run: object = {}): string =>
  JSON.stringify({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'eslint' } }, ...run, results, invocations: [{ a: 1 }] }],
  });

let lab: Lab;
let first: string;
let exchange: string;
beforeAll(async () => {
  lab = openLab();
  await initRepository(lab.caller, { askNotesPush: () => Promise.resolve(true) });
  exchange = await record(lab, 'src/rows.js', ROWS);
  first = lab.commit('src/rows.js', ROWS);
  lab.write('src/rows.js', `// moved down by a person\n${ROWS}`);
  lab.git('add', '-A');
  lab.git('-c', 'core.hooksPath=none', 'commit', '-q', '-m', 'by hand');
  lab.write('notes.txt', 'not in git\n');
}, 60_000);
afterAll(() => rmSync(dirname(lab.repo), { recursive: true }));

const trace = (text: string, revision: string | null = null): Promise<Trace> =>
  traceFindings(lab.caller, { name: 'report.sarif', text, revision });

const told = ({ lines }: TracedPlace): readonly string[] =>
  lines.map(({ startLine, endLine, origin, agent }) =>
    [`${String(startLine)}-${String(endLine)}`, origin, ...(agent === null ? [] : [agent])].join(
      ' ',
    ),
  );

type Case = readonly [string, string | (() => string), object | null, readonly string[]];

describe('a finding', () => {
  test.each<Case>([
    ['on an AI’s line', 'src/rows.js', { startLine: 2 }, ['2-2 ai claude-code']],
    [
      'over lines of two',
      'src/rows.js',
      { startLine: 1, endLine: 9 },
      ['1-1 unknown', '2-3 ai claude-code'],
    ],
    [
      'by an absolute path',
      () => `file://${lab.repo}/src/rows.js`,
      { startLine: 3 },
      ['3-3 ai claude-code'],
    ],
    ['outside of the repository', '../other/x.js', { startLine: 1 }, []],
    ['elsewhere on the disk', '/etc/passwd', { startLine: 1 }, []],
    ['on the web', 'https://example.com/src/rows.js', { startLine: 1 }, []],
    ['in a file that git does not keep', 'notes.txt', { startLine: 1 }, []],
    ['in a file that is nowhere', 'gone.js', { startLine: 1 }, []],
    ['behind the end of the file', 'src/rows.js', { startLine: 400 }, []],
    ['about no line', 'src/rows.js', null, []],
    ['named like an option', '--help', { startLine: 1 }, []],
  ])('%s', async (...[, uri, region, want]) => {
    const { places } = await trace(sarif([result(typeof uri === 'string' ? uri : uri(), region)]));
    expect(places.map(told)).toEqual([want]);
  });

  test('at the revision that the report or the caller names', async () => {
    const found = [result('src/rows.js', { startLine: 1 })];
    const provenance = { versionControlProvenance: [{ revisionId: first }] };
    const said = await trace(sarif(found, provenance));
    expect(said.places.map(told)).toEqual([['1-1 ai claude-code']]);
    const asked = await trace(sarif(found), first);
    expect(asked.places.map(told)).toEqual([['1-1 ai claude-code']]);
    await expect(trace(sarif(found), 'f'.repeat(40))).rejects.toMatchObject({
      code: 'NO_SUCH_REVISION',
    });
  });

  test('in a file that changed since its commit', async () => {
    lab.write('src/rows.js', `// a\n// b\n// moved down by a person\n${ROWS}`);
    try {
      const { places } = await trace(sarif([result('src/rows.js', { startLine: 4 })]));
      expect(places.map(told)).toEqual([['4-4 ai claude-code']]);
    } finally {
      lab.git('checkout', '-q', '--', '.');
    }
  });
});

test.each(['', '[]', '{}', '{"runs": 3}'])('%j is no report', async (text) => {
  await expect(trace(text)).rejects.toMatchObject({ code: 'IMPORT_UNREADABLE' });
});

test('a place by a base and by a list of artifacts', () => {
  const text = JSON.stringify({
    runs: [
      {
        originalUriBaseIds: {
          ROOT: { uri: 'file:///work/a%20b/' },
          SRC: { uri: 'src/', uriBaseId: 'ROOT' },
        },
        artifacts: [{ location: { uri: 'one.js', uriBaseId: 'SRC' } }],
        results: [
          { locations: [{ physicalLocation: { artifactLocation: { index: 0 } } }] },
          {
            locations: [
              { physicalLocation: { artifactLocation: { uri: 'two.js', uriBaseId: 'ROOT' } } },
            ],
          },
          { locations: [{}] },
        ],
      },
    ],
  });
  const { runs } = readSarif('x', text, '/work/a b');
  expect(runs[0]?.places.map(({ path }) => path)).toEqual(['src/one.js', 'two.js', null]);
});

const read = (text: string): unknown => JSON.parse(text);

test('the report comes back whole, with more in it', async () => {
  const text = sarif([
    result('src/rows.js', { startLine: 2 }),
    result('gone.js', { startLine: 1 }),
  ]);
  const done = await trace(text);
  const report = traceSarif(done, true);
  const again = read(JSON.stringify(report));
  const results = arrayAt(arrayAt(again, 'runs')[0], 'results');
  expect(results).toMatchObject([
    {
      ruleId: 'js/eval',
      message: {
        text: expect.stringContaining('Do not do that.\n\nLines: claude-code with model-1 in s'),
      },
      properties: {
        aitrail: {
          lines: [
            {
              path: 'src/rows.js',
              startLine: 2,
              commit: first,
              author: 'Alice <alice@example.com>',
              origin: 'ai',
              agent: 'claude-code',
              model: 'model-1',
              exchange,
              signed: true,
              approvers: [],
            },
          ],
        },
      },
    },
    result('gone.js', { startLine: 1 }),
  ]);
  expect({ ...objectAt({ again }, 'again'), runs: 0 }).toEqual({
    ...objectAt({ was: read(text) }, 'was'),
    runs: 0,
  });
  expect(stringAt(traceDocument(done, true), 'schema')).toBe('aitrail.trace/1');
  expect(JSON.stringify(traceDocument(done, false))).not.toContain('prompt');
  expect(traceText(done, pickStyle(false), true)).toContain(
    '2 findings: 1 ai, 1 on no line of a commit',
  );
});

test('who approved is said', () => {
  const place: TracedPlace = {
    run: 0,
    result: 0,
    tool: 'x',
    rule: 'r',
    message: '\u001B[31mred',
    uri: 'a.js',
    path: 'a.js',
    region: { startLine: 1, endLine: 1 },
    lines: [
      {
        path: 'a.js',
        startLine: 1,
        endLine: 1,
        commit: 'c'.repeat(40),
        author: 'Al',
        origin: 'mixed',
        agent: 'codex',
        model: 'm',
        session: 's1',
        exchange: 'x1',
        evidence: 'edited',
        signed: true,
        approvers: ['bob@example.com'],
        prompt: 'Write it',
      },
    ],
  };
  const text = traceText({ document: {}, places: [place] }, pickStyle(false), true);
  expect(text).toContain('codex with m in s1, then changed by Al, approved by bob@example.com');
  expect(text).toContain('asked: Write it');
  expect(text).not.toContain('\u001B');
});
