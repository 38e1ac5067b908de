// The log's record of an attested commit: a digest of all that its statement says, so that whoever holds the note can
// compute the leaf again and check its proof offline. Nothing in it is secret: no salt.
import { hash } from 'node:crypto';
import { formatLeaf } from '../../log/leaf.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Predicate } from '../../model/statement.ts';

export type LeafFacts = Omit<Predicate, 'log'>;

const sha256 = (value: unknown): string => hash('sha256', canonicalJson(value));

/**
 * Binds the statement but for its log's proof, which comes after, and with `signer.key` who signs it: nobody can sign
 * something else, or with another key, and point to the same leaf.
 *
 * @param commit full id. @param signed the predicate as written, unknown members too; its `log` does not count.
 */
export const commitLeaf = (commit: string, facts: LeafFacts, signed: JsonObject): Uint8Array =>
  formatLeaf({
    kind: 'commit',
    id: commit,
    at: facts.attestedAt,
    digests:
      facts.signer.key === null
        ? earlierDigests(facts)
        : { commit: facts.commit.rawSha256, statement: sha256({ ...signed, log: undefined }) },
  });

/** Of statements that do not name their key. */
const earlierDigests = (facts: LeafFacts): Readonly<Record<string, string>> => ({
  commit: facts.commit.rawSha256,
  exchanges: sha256(facts.exchanges),
  files: sha256(facts.files),
  ...(facts.approvals.length > 0 ? { approvals: sha256(facts.approvals) } : {}),
});
