// What the log keeps of one record: digests under a salt that lies beside the record. Deleting the record with its salt
// leaves a leaf that still counts and says nothing, not even to somebody who guesses a short content.
import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from '../model/canonical-json.ts';

/** One record. Digests are hex, as `saltedDigest` makes them; null where the record has no such part. */
export interface Leaf {
  readonly kind: 'exchange' | 'commit' | 'event';
  /** Of the record: exchange id, commit id, or a name. */
  readonly id: string;
  readonly at: string;
  readonly digests: Readonly<Record<string, string | null>>;
}

/** @returns canonical JSON (RFC 8785), far below a leaf's 65,535 bytes. */
export const formatLeaf = (leaf: Leaf): Uint8Array =>
  Buffer.from(
    canonicalJson({
      at: leaf.at,
      digests: leaf.digests,
      id: leaf.id,
      kind: leaf.kind,
      v: 1,
    }),
  );

/** HMAC-SHA256 under the record's salt, hex. */
export const saltedDigest = (salt: Uint8Array, content: Uint8Array | string): string =>
  createHmac('sha256', salt).update(content).digest('hex');

/** SHA-256 over digests in order: stands for a sequence of parts without its content. */
export function digestOfDigests(digests: Iterable<Uint8Array>): Buffer {
  const hash = createHash('sha256');
  for (const digest of digests) hash.update(digest);
  return hash.digest();
}
