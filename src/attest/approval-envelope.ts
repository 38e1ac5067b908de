// Requests for approval and decisions about them as signed lines: DSSE with a payload type of its own, so that no
// signature over one can be taken for a signature over the other, or over a statement.
import { createHash } from 'node:crypto';
import {
  ANSWERS,
  APPROVAL_KINDS,
  type ApprovalDecision,
  type ApprovalRequest,
} from '../model/approval.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { isFault } from '../model/fault.ts';
import { type JsonObject, parseJson } from '../model/json.ts';
import type { Signer } from '../model/signing.ts';
import { signPayload } from './sign-statement.ts';
import { openPayload } from './open-signed.ts';
import {
  countOf,
  hexOf,
  listOf,
  objectOf,
  oneOf,
  refuse,
  textOf,
  textOrNull,
} from './read-fields.ts';

const REQUEST_TYPE = 'application/vnd.aitrail.approval-request+json';
const DECISION_TYPE = 'application/vnd.aitrail.approval-decision+json';

const APPROVAL_ID = /^a[0-9a-hjkmnp-tv-z]{10}$/;
/** A line that is longer was not written by us. */
const APPROVAL_CHARS_MAX = 256 * 1024;
const TEXT_CHARS_MAX = 64 * 1024;
const NAME_CHARS_MAX = 1024;
const LIST_MAX = 200;
const SHA256 = [64] as const;
const GIT_ID = [40, 64] as const;

export type OpenedApproval =
  | {
      readonly kind: 'request';
      readonly request: ApprovalRequest;
      readonly publicKey: Buffer;
      readonly line: string;
    }
  | {
      readonly kind: 'decision';
      readonly decision: ApprovalDecision;
      readonly publicKey: Buffer;
      /** By a FIDO key that was touched. */
      readonly isTouched: boolean;
      readonly line: string;
    };

/** @returns one line without LF. @throws what the signer throws. */
export const signRequest = (request: ApprovalRequest, signer: Signer): Promise<string> =>
  signPayload({ type: REQUEST_TYPE, payload: bytesOf(request) }, signer);

/** @returns one line without LF. @throws what the signer throws. */
export const signDecision = (decision: ApprovalDecision, signer: Signer): Promise<string> =>
  signPayload({ type: DECISION_TYPE, payload: bytesOf(decision) }, signer);

const bytesOf = (value: object): Buffer => Buffer.from(canonicalJson(value), 'utf8');

/** SHA-256, hex, of an envelope's line: how a decision names its request, and a record a decision. */
export const lineSha256 = (line: string): string =>
  createHash('sha256').update(line, 'utf8').digest('hex');

/** @param line without LF. @returns null where the signature does not hold, or the content is neither. Never throws. */
export function openApproval(line: string): OpenedApproval | null {
  if (line.length > APPROVAL_CHARS_MAX) return null;
  const opened = openPayload(line);
  if (opened.kind !== 'signed') return null;
  const { payload, payloadType, publicKey, isTouched } = opened;
  try {
    const value = objectOf(parseJson(payload.toString('utf8')), 'approval');
    if (payloadType === REQUEST_TYPE)
      return { kind: 'request', request: readRequest(value), publicKey, line };
    if (payloadType === DECISION_TYPE)
      return { kind: 'decision', decision: readDecision(value), publicKey, isTouched, line };
    return null;
  } catch (thrown) {
    if (isFault(thrown)) return null; // whoever wrote it can write it again
    throw thrown;
  }
}

/** A request as JSON that somebody else vouches for. @returns null for anything else. Never throws. */
export const parseRequest = (text: string): ApprovalRequest | null => parseAs(text, readRequest);

/** The same for a decision. */
export const parseDecision = (text: string): ApprovalDecision | null => parseAs(text, readDecision);

function parseAs<T>(text: string, read: (value: JsonObject) => T): T | null {
  try {
    return read(objectOf(parseJson(text), 'approval'));
  } catch (thrown) {
    if (isFault(thrown)) return null;
    throw thrown;
  }
}

const idOf = (value: JsonObject): string => {
  const id = textOf(value, 'id', 20);
  return APPROVAL_ID.test(id) ? id : refuse('id is none');
};

/** The end of the year 9999: what calendars can show. */
const MOMENT_MS_MAX = 253_402_300_799_999;

function momentOf(value: JsonObject, name: string): number {
  const atMs = countOf(value, name, 0);
  return atMs > MOMENT_MS_MAX ? refuse(`${name} is no time`) : atMs;
}

const readRequest = (value: JsonObject): ApprovalRequest => ({
  id: idOf(value),
  kind: oneOf(value, 'kind', APPROVAL_KINDS),
  digest: hexOf(value, 'digest', SHA256),
  what: textOf(value, 'what', NAME_CHARS_MAX),
  rule: textOf(value, 'rule', NAME_CHARS_MAX),
  place: (value['place'] ?? null) === null ? null : readPlace(objectOf(value['place'], 'place')),
  approvers: listOf(value, { name: 'approvers', itemsMax: LIST_MAX }, nameOf),
  session: textOrNull(value, 'session', NAME_CHARS_MAX),
  exchange: textOrNull(value, 'exchange', NAME_CHARS_MAX),
  content: textOf(value, 'content', TEXT_CHARS_MAX),
  subject: textOrNull(value, 'subject', TEXT_CHARS_MAX),
  requester: textOf(value, 'requester', NAME_CHARS_MAX),
  remote: textOrNull(value, 'remote', NAME_CHARS_MAX),
  clone: hexOf(value, 'clone', SHA256),
  createdAtMs: momentOf(value, 'createdAtMs'),
  expiresAtMs: momentOf(value, 'expiresAtMs'),
});

const readPlace = (value: JsonObject): NonNullable<ApprovalRequest['place']> => ({
  file: textOf(value, 'file', NAME_CHARS_MAX),
  line: countOf(value, 'line', 1),
  column: countOf(value, 'column', 1),
});

const readDecision = (value: JsonObject): ApprovalDecision => ({
  answer: oneOf(value, 'answer', ANSWERS),
  id: idOf(value),
  kind: oneOf(value, 'kind', APPROVAL_KINDS),
  digest: hexOf(value, 'digest', SHA256),
  request: hexOf(value, 'request', SHA256),
  roots: listOf(value, { name: 'roots', itemsMax: LIST_MAX }, (item) =>
    hexOf({ root: item }, 'root', GIT_ID),
  ),
  approver: textOf(value, 'approver', NAME_CHARS_MAX),
  reason: textOf(value, 'reason', TEXT_CHARS_MAX),
  atMs: momentOf(value, 'atMs'),
  expiresAtMs: (value['expiresAtMs'] ?? null) === null ? null : momentOf(value, 'expiresAtMs'),
});

const nameOf = (item: unknown): string => textOf({ name: item }, 'name', NAME_CHARS_MAX);
