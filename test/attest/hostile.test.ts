// Parsers of what another machine wrote: any text gives an answer, never a crash, never a yes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllowedSigners } from '../../src/attest/allowed-signers.ts';
import { formatEnvelope, openEnvelope } from '../../src/attest/envelope.ts';
import { judgeNote } from '../../src/attest/judge-note.ts';
import { formatPae } from '../../src/attest/pae.ts';
import { makeOwnKey, readPrivateKey, signWithOwnKey } from '../../src/attest/private-key.ts';
import { parseCertificate } from '../../src/attest/ssh-cert.ts';
import { parseKeyBlob, parseKeyLine } from '../../src/attest/ssh-key.ts';
import { parseStatement, PREDICATE_TYPE } from '../../src/attest/statement.ts';
import { checkLog } from '../../src/flow/verify/check-log-proof.ts';
import { parseTree } from '../../src/git/tree.ts';
import { PAYLOAD_TYPE, STATEMENT_TYPE, type Predicate } from '../../src/model/statement.ts';

const made = makeOwnKey('alice@example.com');
const blob = parseKeyLine(made.publicLine)?.blob ?? Buffer.alloc(0);
const facts = {
  commit: 'a'.repeat(40),
  tree: 'b'.repeat(40),
  parents: [],
  committer: 'alice@example.com',
  subject: 's',
  rawSha256: 'c'.repeat(64),
};
const trust = { source: { kind: 'own-key' }, signers: [], ownKeys: [blob] } as const;
const judge = (line: string): string | undefined =>
  judgeNote([line], { facts, trust, atMs: 0 }).best?.status;

const GOOD = {
  _type: STATEMENT_TYPE,
  subject: [{ digest: { gitCommit: facts.commit } }],
  predicateType: PREDICATE_TYPE,
  predicate: {
    commit: { tree: facts.tree, parents: [], patchId: null, rawSha256: facts.rawSha256 },
    files: [
      {
        path: 'a',
        blob: 'd'.repeat(40),
        unrecordedLines: 0,
        ranges: [
          {
            startLine: 1,
            endLine: 2,
            contributor: 'ai',
            evidence: 'exact',
            exchange: 0,
            contentSha256: 'e'.repeat(64),
          },
        ],
      },
    ],
    exchanges: [{ id: 'x', session: 's' }],
    log: null,
    coverage: { preCommit: 'ran', recorder: 'active', agentSignals: [] },
    masking: { masked: 0 },
    policy: { sha256: 'f'.repeat(64) },
    rewrittenFrom: [],
    signer: { kind: 'file' },
    attestedAt: '2026-01-01T00:00:00.000Z',
    tool: { name: 'aitrail', version: '1.0.0' },
  },
};

function sealed(payload: string): string {
  const reading = readPrivateKey(made.privateText);
  if (reading.kind !== 'key') throw new Error(reading.kind);
  const bytes = Buffer.from(payload);
  const sig = signWithOwnKey(
    reading.own,
    'attestation@aitrail',
    formatPae(PAYLOAD_TYPE, bytes),
  ).toString('base64');
  return formatEnvelope({
    payload: bytes.toString('base64'),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: '', sig }],
  });
}

const withValue = (path: readonly string[], value: unknown, from: unknown = GOOD): unknown => {
  const [key = '', ...rest] = path;
  if (path.length === 0) return value;
  if (Array.isArray(from))
    return from.map((item: unknown, index) =>
      String(index) === key ? withValue(rest, value, item) : item,
    );
  return { ...Object(from), [key]: withValue(rest, value, Object(from)[key]) };
};

test('the statement that these tests spoil is good', () => {
  expect(judge(sealed(JSON.stringify(GOOD)))).toBe('verified');
});

test('members that are unknown are ignored, in envelope and statement', () => {
  const more = withValue(['predicate', 'files', '0', 'later'], { any: 1 });
  const line = sealed(JSON.stringify(withValue(['predicate', 'approvals'], [], more)));
  expect(judge(JSON.stringify({ ...JSON.parse(line), extra: true }))).toBe('verified');
});

test('an envelope with URL-safe base64 is the same envelope', () => {
  const line = sealed(JSON.stringify(withValue(['predicate', 'later'], '>>>???>>>???')));
  const loose = line
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('application_vnd.in-toto-json', PAYLOAD_TYPE);
  expect(loose).not.toBe(line);
  expect(judge(loose)).toBe('verified');
});

test.each([
  [['_type'], 'other'],
  [['subject'], []],
  [['subject'], [GOOD.subject[0], GOOD.subject[0]]],
  [['subject', '0', 'digest', 'gitTree'], facts.tree],
  [['subject', '0', 'digest', 'gitCommit'], 'A'.repeat(40)],
  [['predicate', 'commit', 'rawSha256'], 'c'.repeat(40)],
  [['predicate', 'files', '0', 'path'], '/etc/passwd'],
  [['predicate', 'files', '0', 'path'], 'a/../../b'],
  [['predicate', 'files', '0', 'ranges', '0', 'startLine'], 0],
  [['predicate', 'files', '0', 'ranges', '0', 'endLine'], 1.5],
  [['predicate', 'files', '0', 'ranges', '0', 'contributor'], 'human'],
  [['predicate', 'files', '0', 'ranges', '0', 'exchange'], 1],
  [['predicate', 'files', '0', 'ranges', '0', 'evidence'], 'claimed'],
  [
    ['predicate', 'files', '0', 'ranges'],
    [1, 2].flatMap(() => GOOD.predicate.files[0]?.ranges ?? []),
  ],
  [['predicate', 'exchanges', '0', 'startedAt'], 'yesterday'],
  [['predicate', 'attestedAt'], '2026-13-01T00:00:00Z'],
  [['predicate', 'coverage'], null],
  [['predicate', 'log'], { origin: 'o', vkey: 'v' }],
])('a statement with another %s is malformed: %s', (path, value) => {
  expect(judge(sealed(JSON.stringify(withValue(path, value))))).toBe('malformed');
});

test('any value anywhere in a signed statement is verified, refused or passed over, never a crash', () => {
  const paths = [
    'predicate',
    'subject',
    '_type',
    'files',
    '0',
    'ranges',
    'log',
    'commit',
    'digest',
  ];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...paths), { maxLength: 5 }),
      fc.jsonValue({ maxDepth: 3 }),
      (path, value) => {
        const status = judge(sealed(JSON.stringify(withValue(path, value))));
        expect(['verified', 'malformed', 'wrong-subject', 'inconsistent', undefined]).toContain(
          status,
        );
      },
    ),
    { numRuns: 120 },
  );
}, 30_000);

test('random lines, blobs and proofs', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json());
  const log = { origin: 'o', vkey: 'v', proof: 'p', since: null };
  fc.assert(
    fc.property(text, fc.uint8Array({ maxLength: 200 }), (line, bytes) => {
      expect(judge(line) === 'verified').toBe(false);
      expect(openEnvelope(line)?.signatures.length ?? 1).toBeGreaterThan(0);
      expect(parseStatement(bytes).kind).toBe('malformed');
      expect([parseKeyBlob(bytes), parseCertificate(bytes)]).toEqual([null, null]);
      expect(parseAllowedSigners(line).signers).toEqual([]);
      expect(parseTree(Buffer.from(bytes), 40).length).toBeLessThan(20);
      const said: Predicate = { ...predicate(), log: { ...log, proof: line, vkey: line } };
      expect(checkLog(facts.commit, said, {})).toEqual({
        kind: 'unlogged',
        why: 'the log proof is malformed',
      });
    }),
    { numRuns: 150 },
  );
}, 30_000);

function predicate(): Predicate {
  const reading = parseStatement(Buffer.from(JSON.stringify(GOOD)));
  if (reading.kind !== 'statement') throw new Error(reading.kind);
  return reading.statement.predicate;
}

test('an envelope of a gigabyte’s promise is not even parsed', () => {
  expect(openEnvelope(`{"payload":"${'A'.repeat(17 * 1024 * 1024)}"}`)).toBe(null);
});
