// Exchanges of a bundle against the log: parts are what their names say, records what the parts are, leaves what the
// records are, and the checkpoint holds the leaves.
import type { OpenedBundle, Problem } from '../../attest/bundle-file.ts';
import { checkProof } from '../../log/check-proof.ts';
import { digestOfDigests, formatLeaf, saltedDigest } from '../../log/leaf.ts';
import { isString, numberAt, parseJson, stringAt, type JsonObject } from '../../model/json.ts';
import { bytesOf, FOLDERS } from './bundle-members.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface CheckedRecords {
  /** SHA-256, hex, of the leaf by exchange: what statements name. */
  readonly leaves: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

export function checkBundledRecords({ members }: OpenedBundle, vkey: string): CheckedRecords {
  const leaves = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [name, body] of members) {
    const why = name.startsWith(FOLDERS.part) ? checkPart(name, body) : null;
    if (why !== null) problems.push({ member: name, why });
    if (!name.startsWith(FOLDERS.record)) continue;
    const id = name.slice(FOLDERS.record.length);
    const checked = isString(body) ? 'is no record' : checkRecord(members, { id, body, vkey });
    if (isString(checked)) problems.push({ member: name, why: checked });
    else leaves.set(id, sha256Hex(checked));
  }
  return { leaves, problems };
}

function checkPart(name: string, body: unknown): string | null {
  const digest = sha256Hex(bytesOf(body));
  return name === `${FOLDERS.part}${digest}` ? null : 'has another SHA-256 than its name';
}

interface RecordWork {
  readonly id: string;
  readonly body: JsonObject;
  readonly vkey: string;
}

/** @returns the leaf's bytes, or what is wrong. */
function checkRecord(
  members: OpenedBundle['members'],
  { id, body, vkey }: RecordWork,
): Uint8Array | string {
  const text = stringAt(body, 'record') ?? '';
  const record = parseJson(text);
  const startedAtMs = numberAt(record, 'startedAtMs') ?? NaN;
  if (!Number.isFinite(startedAtMs) || Math.abs(startedAtMs) > 8.64e15) return 'is no record';
  const salt = Buffer.from(stringAt(body, 'salt') ?? '', 'hex');
  const at = new Date(startedAtMs).toISOString();
  const digests = { record: saltedDigest(salt, text) };
  const leaf = formatLeaf({ kind: 'exchange', id, at, digests });
  const proof = checkProof(stringAt(body, 'proof') ?? '', vkey, leaf);
  if (proof.kind !== 'included') return 'the log does not hold this record';
  return findDifference(members, body, record) ?? leaf;
}

/** Do the parts make up what the record says, and are they here? */
function findDifference(
  members: OpenedBundle['members'],
  body: JsonObject,
  record: unknown,
): string | null {
  for (const name of ['request', 'reply'] as const) {
    const parts = listAt(body, name);
    if (digestOf(parts) !== stringAt(record, name)) return `its ${name} is another`;
    const gone = parts.find((part) => !members.has(`${FOLDERS.part}${part}`));
    if (gone !== undefined) return `part ${gone.slice(0, 12)} of its ${name} does not hold`;
  }
  for (const name of ['requestHeaders', 'responseHeaders', 'context'] as const) {
    const part = stringAt(body, name);
    if (part !== stringAt(record, name)) return `its ${name} is another`;
    if (part !== null && !members.has(`${FOLDERS.part}${part}`))
      return `part ${part.slice(0, 12)}, its ${name}, does not hold`;
  }
  return null;
}

const listAt = (body: JsonObject, name: string): readonly string[] => {
  const value = body[name];
  return Array.isArray(value) ? value.filter(isString) : [];
};

const digestOf = (parts: readonly string[]): string =>
  digestOfDigests(parts.map((part) => Buffer.from(part, 'hex'))).toString('hex');
