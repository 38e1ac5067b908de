// What a bundle holds (docs/bundle.md): names and shapes of its members, for whoever writes and whoever reads them.
import type { Member } from '../../attest/bundle-file.ts';
import { stringAt, type JsonObject } from '../../model/json.ts';

export const LISTED = 'trust/allowed_signers';
export const TIP_LISTED = 'trust/allowed_signers.tip';
export const WITNESSES = 'trust/witnesses';
export const CHECKPOINT = 'log/checkpoint';
export const COSIGNED = 'log/cosigned';

export const FOLDERS = {
  /** Raw commit objects. */
  commit: 'commits/',
  /** Lines of a commit's note. */
  note: 'notes/',
  /** Signed lines about approvals, by their digest. */
  approval: 'approvals/',
  /** Policy files as the base has them. */
  policy: 'policy/',
  /** Exchanges: what the leaf's digest is over, its proof, and which parts it is made of. */
  record: 'records/',
  /** Bytes, by their SHA-256. */
  part: 'parts/',
  /** That the log only grew since a checkpoint in a note, by its size. */
  growth: 'log/growth/',
} as const;

export const textMember = (name: string, body: string): Member => ({ name, body });

export const jsonMember = (name: string, body: JsonObject): Member => ({ name, body });

/** Text where the bytes are text, so that people can read it. */
export function bytesMember(name: string, bytes: Uint8Array): Member {
  const text = Buffer.from(bytes).toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(Buffer.from(bytes));
  return { name, body: isText ? { text } : { base64: Buffer.from(bytes).toString('base64') } };
}

/** @returns no bytes where the member is none of these. */
export function bytesOf(body: unknown): Buffer {
  const text = stringAt(body, 'text');
  return text === null
    ? Buffer.from(stringAt(body, 'base64') ?? '', 'base64')
    : Buffer.from(text, 'utf8');
}
