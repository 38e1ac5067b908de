// Who reviewed a commit on its forge: an in-toto statement by a job of CI, beside the commit's own in the note.
// docs/attestation.md specifies it.

export const REVIEW_PREDICATE_TYPE = 'https://aitrail.dev/attestation/code-review/v0.1';
export const FORGES = ['github', 'gitlab'] as const;
export const REVIEW_STATES = ['approved', 'changes-requested', 'dismissed', 'commented'] as const;

export interface ForgeReview {
  /** Login on the forge. */
  readonly reviewer: string;
  readonly state: (typeof REVIEW_STATES)[number];
  /** The newest commit that the reviewer saw. */
  readonly gitCommit: string;
  /** RFC 3339 UTC; null where the forge does not say. */
  readonly at: string | null;
}

/** A pull or merge request that brought the commit. */
export interface ForgeChange {
  readonly number: number;
  /** Login on the forge. */
  readonly author: string;
  /** Its newest commit. */
  readonly head: string;
  /** Each reviewer's latest word. */
  readonly reviews: readonly ForgeReview[];
}

export interface ReviewFacts {
  readonly commit: string;
  readonly forge: (typeof FORGES)[number];
  /** As the forge names it: owner and name, or a path. */
  readonly repository: string;
  readonly changes: readonly ForgeChange[];
  readonly attestedAt: string;
}
