// Reviews as a signed line, and back. Another machine wrote what is read: everything is checked and capped.
import { isFault } from '../model/fault.ts';
import { parseJson } from '../model/json.ts';
import {
  type ForgeChange,
  type ForgeReview,
  FORGES,
  REVIEW_PREDICATE_TYPE,
  REVIEW_STATES,
  type ReviewFacts,
} from '../model/review.ts';
import type { Signer } from '../model/signing.ts';
import { PAYLOAD_TYPE, STATEMENT_TYPE } from '../model/statement.ts';
import { openPayload } from './open-signed.ts';
import {
  countOf,
  hexOf,
  listOf,
  objectOf,
  oneOf,
  textOf,
  timeOf,
  timeOrNull,
} from './read-fields.ts';
import { signPayload } from './sign-statement.ts';
import type { KeylessProof } from './sigstore.ts';

const GIT_ID = [40, 64] as const;
const CHANGES_MAX = 100;
const REVIEWS_MAX = 1000;
const NAME_CHARS_MAX = 512;
const LINE_CHARS_MAX = 1024 * 1024;

/** @returns one line without LF. @throws what the signer throws. */
export function signReview(facts: ReviewFacts, signer: Signer): Promise<string> {
  const { commit, ...predicate } = facts;
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ digest: { gitCommit: commit } }],
    predicateType: REVIEW_PREDICATE_TYPE,
    predicate,
  };
  return signPayload(
    { type: PAYLOAD_TYPE, payload: Buffer.from(JSON.stringify(statement)) },
    signer,
  );
}

export interface OpenedReview {
  readonly facts: ReviewFacts;
  readonly publicKey: Buffer;
  readonly proof: KeylessProof | null;
}

/** @param line without LF. @returns null where it is no review, or its signature does not hold. Never throws. */
export function openReview(line: string): OpenedReview | null {
  if (line.length > LINE_CHARS_MAX) return null;
  const opened = openPayload(line);
  if (opened.kind !== 'signed' || opened.payloadType !== PAYLOAD_TYPE) return null;
  try {
    const facts = readFacts(opened.payload);
    const { publicKey, proof } = opened;
    return facts === null ? null : { facts, publicKey, proof };
  } catch (thrown) {
    if (isFault(thrown)) return null; // whoever wrote it can write it again
    throw thrown;
  }
}

function readFacts(payload: Buffer): ReviewFacts | null {
  const value = objectOf(parseJson(payload.toString('utf8')), 'the statement');
  if (value['_type'] !== STATEMENT_TYPE || value['predicateType'] !== REVIEW_PREDICATE_TYPE)
    return null;
  const [commit] = listOf(value, { name: 'subject', itemsMax: 1 }, (item) =>
    hexOf(objectOf(objectOf(item, 'subject')['digest'], 'digest'), 'gitCommit', GIT_ID),
  );
  const said = objectOf(value['predicate'], 'predicate');
  if (commit === undefined) return null;
  return {
    commit,
    forge: oneOf(said, 'forge', FORGES),
    repository: textOf(said, 'repository', NAME_CHARS_MAX),
    changes: listOf(said, { name: 'changes', itemsMax: CHANGES_MAX }, readChange),
    attestedAt: timeOf(said, 'attestedAt'),
  };
}

function readChange(item: unknown): ForgeChange {
  const value = objectOf(item, 'changes[]');
  return {
    number: countOf(value, 'number', 1),
    author: textOf(value, 'author', NAME_CHARS_MAX),
    head: hexOf(value, 'head', GIT_ID),
    reviews: listOf(value, { name: 'reviews', itemsMax: REVIEWS_MAX }, readReview),
  };
}

function readReview(item: unknown): ForgeReview {
  const value = objectOf(item, 'reviews[]');
  return {
    reviewer: textOf(value, 'reviewer', NAME_CHARS_MAX),
    state: oneOf(value, 'state', REVIEW_STATES),
    gitCommit: hexOf(value, 'gitCommit', GIT_ID),
    at: timeOrNull(value, 'at'),
  };
}
