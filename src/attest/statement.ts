// The in-toto Statement as text, and back. docs/attestation.md specifies it; the reader takes nothing on trust: sizes
// are capped, ids are hex, ranges rise, indexes point at something.
import { APPROVAL_KINDS } from '../model/approval.ts';
import { isFault } from '../model/fault.ts';
import { parseJson, type JsonObject } from '../model/json.ts';
import {
  STATEMENT_TYPE,
  type LogGrowth,
  type Predicate,
  type Statement,
  type StatementApproval,
  type StatementExchange,
  type StatementFile,
  type StatementRange,
} from '../model/statement.ts';
import {
  countOf,
  countOrNull,
  hexOf,
  hexOrNull,
  listOf,
  objectOf,
  oneOf,
  refuse,
  repositoryPathOf,
  textOf,
  textOrNull,
  timeOf,
  timeOrNull,
} from './read-fields.ts';

export const PREDICATE_TYPE = 'https://aitrail.dev/attestation/ai-authorship/v0.1';

const GIT_ID = [40, 64] as const;
const SHA256 = [64] as const;
const FILES_MAX = 200_000;
const RANGES_MAX = 1_000_000;
const EXCHANGES_MAX = 100_000;
const PARENTS_MAX = 1000;
const NAME_CHARS_MAX = 512;
const PROOF_CHARS_MAX = 65_536;
const HASH_CHARS_MAX = 44;
const PATH_LENGTH_MAX = 128;
const APPROVALS_MAX = 1000;
const DECISION_CHARS_MAX = 262_144;
/** Mode, blank, id. */
const BLOB_CHARS_MAX = 80;

export type StatementReading =
  | {
      readonly kind: 'statement';
      readonly statement: Statement;
      /** The predicate as it was signed, with the members that nobody here knows. */
      readonly signed: JsonObject;
    }
  | { readonly kind: 'foreign' } // well-formed in-toto, of another predicate type
  | { readonly kind: 'malformed'; readonly why: string };

/** The payload's bytes. Key order is that of docs/attestation.md, no blanks. */
export const formatStatement = (statement: Statement): Buffer =>
  Buffer.from(JSON.stringify(statement), 'utf8');

/** @param payload the verified bytes of an envelope. */
export function parseStatement(payload: Uint8Array): StatementReading {
  try {
    const value = objectOf(parseJson(Buffer.from(payload).toString('utf8')), 'the statement');
    if (value['_type'] !== STATEMENT_TYPE) refuse('_type is not in-toto Statement v1');
    if (value['predicateType'] !== PREDICATE_TYPE) return { kind: 'foreign' };
    const subject = listOf(value, { name: 'subject', itemsMax: 1 }, readSubject);
    if (subject.length !== 1) refuse('subject does not name one commit');
    const signed = objectOf(value['predicate'], 'predicate');
    const predicate = readPredicate(signed);
    return {
      kind: 'statement',
      signed,
      statement: { _type: STATEMENT_TYPE, subject, predicateType: PREDICATE_TYPE, predicate },
    };
  } catch (thrown) {
    if (isFault(thrown)) return { kind: 'malformed', why: thrown.message };
    throw thrown;
  }
}

function readSubject(value: unknown): Statement['subject'][number] {
  const digest = objectOf(objectOf(value, 'subject')['digest'], 'subject.digest');
  // DSSE matches a subject by any member of its digest set: another member would make the statement fit other objects
  if (Object.keys(digest).length !== 1) refuse('subject.digest holds more than gitCommit');
  return { digest: { gitCommit: hexOf(digest, 'gitCommit', GIT_ID) } };
}

function readPredicate(value: JsonObject): Predicate {
  const exchanges = listOf(value, { name: 'exchanges', itemsMax: EXCHANGES_MAX }, readExchange);
  const files = listOf(value, { name: 'files', itemsMax: FILES_MAX }, readFile);
  for (const range of files.flatMap((file) => file.ranges))
    if (range.exchange >= exchanges.length) refuse('a range names an exchange that is not listed');
  return {
    commit: readCommit(objectOf(value['commit'], 'commit')),
    files,
    exchanges,
    log: (value['log'] ?? null) === null ? null : readLog(objectOf(value['log'], 'log')),
    coverage: readCoverage(objectOf(value['coverage'], 'coverage')),
    approvals: listOf(
      { approvals: value['approvals'] ?? [] }, // none in statements of earlier versions
      { name: 'approvals', itemsMax: APPROVALS_MAX },
      readApproval,
    ),
    masking: { masked: countOf(objectOf(value['masking'], 'masking'), 'masked', 0) },
    policy: { sha256: hexOf(objectOf(value['policy'], 'policy'), 'sha256', SHA256) },
    rewrittenFrom: listOf(value, { name: 'rewrittenFrom', itemsMax: EXCHANGES_MAX }, readSource),
    signer: {
      kind: oneOf(objectOf(value['signer'], 'signer'), 'kind', [
        'ssh',
        'gpg',
        'keyring',
        'file',
        'sigstore',
      ]),
      key: textOrNull(objectOf(value['signer'], 'signer'), 'key', NAME_CHARS_MAX),
    },
    attestedAt: timeOf(value, 'attestedAt'),
    tool: {
      name: oneOf(objectOf(value['tool'], 'tool'), 'name', ['aitrail']),
      version: textOf(objectOf(value['tool'], 'tool'), 'version', 64),
    },
  };
}

const readCommit = (value: JsonObject): Predicate['commit'] => ({
  tree: hexOf(value, 'tree', GIT_ID),
  parents: listOf(value, { name: 'parents', itemsMax: PARENTS_MAX }, (item) =>
    hexOf({ parent: item }, 'parent', GIT_ID),
  ),
  patchId: hexOrNull(value, 'patchId', GIT_ID),
  rawSha256: hexOf(value, 'rawSha256', SHA256),
});

function readFile(item: unknown): StatementFile {
  const value = objectOf(item, 'files[]');
  const ranges = listOf(value, { name: 'ranges', itemsMax: RANGES_MAX }, readRange);
  let lineBefore = 0;
  for (const range of ranges) {
    if (range.startLine <= lineBefore) refuse('ranges overlap or do not rise');
    lineBefore = range.endLine;
  }
  return {
    path: repositoryPathOf(value, 'path'),
    blob: hexOf(value, 'blob', GIT_ID),
    ranges,
    unrecordedLines: countOf(value, 'unrecordedLines', 0),
  };
}

function readRange(item: unknown): StatementRange {
  const value = objectOf(item, 'ranges[]');
  const startLine = countOf(value, 'startLine', 1);
  return {
    startLine,
    endLine: countOf(value, 'endLine', startLine),
    contributor: oneOf(value, 'contributor', ['ai', 'mixed']),
    evidence: oneOf(value, 'evidence', ['exact', 'reformatted', 'edited', 'observed', 'carried']),
    exchange: countOf(value, 'exchange', 0),
    contentSha256: hexOf(value, 'contentSha256', SHA256),
  };
}

function readExchange(item: unknown): StatementExchange {
  const value = objectOf(item, 'exchanges[]');
  return {
    id: textOf(value, 'id', NAME_CHARS_MAX),
    session: textOf(value, 'session', NAME_CHARS_MAX),
    recordSha256: hexOrNull(value, 'recordSha256', SHA256),
    logIndex: countOrNull(value, 'logIndex', 0),
    agent: textOrNull(value, 'agent', NAME_CHARS_MAX),
    model: textOrNull(value, 'model', NAME_CHARS_MAX),
    provider: textOrNull(value, 'provider', NAME_CHARS_MAX),
    startedAt: timeOrNull(value, 'startedAt'),
  };
}

const readLog = (value: JsonObject): NonNullable<Predicate['log']> => ({
  origin: textOf(value, 'origin', NAME_CHARS_MAX),
  vkey: textOf(value, 'vkey', NAME_CHARS_MAX),
  proof: textOf(value, 'proof', PROOF_CHARS_MAX),
  since: (value['since'] ?? null) === null ? null : readGrowth(objectOf(value['since'], 'since')),
});

const readGrowth = (value: JsonObject): LogGrowth => ({
  size: countOf(value, 'size', 1),
  root: textOf(value, 'root', HASH_CHARS_MAX),
  path: listOf(value, { name: 'path', itemsMax: PATH_LENGTH_MAX }, (item) =>
    textOf({ hash: item }, 'hash', HASH_CHARS_MAX),
  ),
});

const readCoverage = (value: JsonObject): Predicate['coverage'] => ({
  preCommit: oneOf(value, 'preCommit', ['ran', 'absent']),
  recorder: oneOf(value, 'recorder', ['active', 'gap', 'off']),
  agentSignals: listOf(value, { name: 'agentSignals', itemsMax: 100 }, (item) =>
    textOf({ signal: item }, 'signal', NAME_CHARS_MAX),
  ),
});

function readApproval(item: unknown): StatementApproval {
  const value = objectOf(item, 'approvals[]');
  return {
    id: textOf(value, 'id', NAME_CHARS_MAX),
    kind: oneOf(value, 'kind', APPROVAL_KINDS),
    digest: hexOf(value, 'digest', SHA256),
    answer: oneOf(value, 'answer', ['approve', 'break-glass']),
    approver: textOf(value, 'approver', NAME_CHARS_MAX),
    decisionSha256: hexOf(value, 'decisionSha256', SHA256),
    decision: textOf(value, 'decision', DECISION_CHARS_MAX),
    changes: listOf(value, { name: 'changes', itemsMax: FILES_MAX }, readApprovedChange),
  };
}

function readApprovedChange(item: unknown): StatementApproval['changes'][number] {
  const value = objectOf(item, 'changes[]');
  return {
    path: repositoryPathOf(value, 'path'),
    old: textOrNull(value, 'old', BLOB_CHARS_MAX),
    new: textOrNull(value, 'new', BLOB_CHARS_MAX),
  };
}

function readSource(item: unknown): Predicate['rewrittenFrom'][number] {
  const value = objectOf(item, 'rewrittenFrom[]');
  return {
    gitCommit: hexOf(value, 'gitCommit', GIT_ID),
    envelopeSha256: hexOrNull(value, 'envelopeSha256', SHA256),
  };
}
