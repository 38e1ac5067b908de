// RFC 6962 section 2.1: leaves and nodes are hashed under different prefixes, so that one can never pass for the other.
import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

export const leafHash = (data: Uint8Array): Uint8Array =>
  createHash('sha256').update(LEAF_PREFIX).update(data).digest();

export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  createHash('sha256')
    .update(Buffer.concat([NODE_PREFIX, left, right]))
    .digest();

/** The root of a tree without leaves. */
export const emptyRoot = (): Uint8Array => createHash('sha256').digest();

export const isSameHash = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
