// What `aitrail verify` says of a commit.

export const VERIFY_STATUSES = [
  'verified',
  'missing',
  'malformed',
  'bad-signature',
  'untrusted-signer',
  'wrong-subject',
  'inconsistent',
  'unlogged',
  'policy',
] as const;

export type VerifyStatus = (typeof VERIFY_STATUSES)[number];

export interface CommitVerdict {
  readonly commit: string;
  readonly status: VerifyStatus;
  /** Principal of the envelope that decided, null where none can be named. */
  readonly signer: string | null;
  /** One line, no control characters; null for `verified` without anything to add. */
  readonly reason: string | null;
}

/** What a commit object says of itself, read from its raw bytes. */
export interface CommitFacts {
  readonly commit: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** Mail address of the committer. */
  readonly committer: string;
  /** First line of the message. */
  readonly subject: string;
  /** SHA-256, hex, of the object's content. */
  readonly rawSha256: string;
}
