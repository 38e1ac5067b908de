// The log's record of an attested commit: digests of what its statement says, so that whoever holds the note can
// compute the leaf again and check its proof offline. Nothing in it is secret: no salt.
import { createHash } from 'node:crypto';
import { formatLeaf } from '../../log/leaf.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import type { Predicate } from '../../model/statement.ts';

export type LeafFacts = Pick<
  Predicate,
  'commit' | 'files' | 'exchanges' | 'approvals' | 'attestedAt'
>;

const sha256 = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

/** @param commit full id. */
export const commitLeaf = (commit: string, facts: LeafFacts): Uint8Array =>
  formatLeaf({
    kind: 'commit',
    id: commit,
    at: facts.attestedAt,
    digests: {
      commit: facts.commit.rawSha256,
      exchanges: sha256(facts.exchanges),
      files: sha256(facts.files),
      // undefined is left out: without approvals the leaf is that of earlier versions
      ...(facts.approvals.length > 0 ? { approvals: sha256(facts.approvals) } : {}),
    },
  });
