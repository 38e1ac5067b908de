// What detectors hand to the scanner.

/**
 * How much a finding is worth where two overlap. `open`: nothing yet, but more text may make it one. `cut`: the text
 * ended inside a token; it counts where a text may have been cut off, so in masking and not in files.
 */
export const RANK = {
  open: 0,
  // put together from pieces: counts where people commit
  joined: 0.3,
  cut: 0.5,
  encoded: 1,
  // a value keeps the name that a rule gives it, whether or not it is also known
  known: 1.5,
  keyed: 2,
  url: 3,
  structured: 4,
  custom: 6,
} as const;

export interface Candidate {
  readonly rule: string;
  /** UTF-16 offsets, end exclusive: exactly the secret. */
  readonly start: number;
  readonly end: number;
  readonly rank: number;
  /** The text ended before the candidate did: more text may lengthen or undo it. */
  readonly isOpen: boolean;
}

export const movedBy = (candidate: Candidate, by: number): Candidate => ({
  ...candidate,
  start: candidate.start + by,
  end: candidate.end + by,
});

/** Where a detector looks: at one keyword's occurrence in a text. */
export interface Hit {
  readonly text: string;
  /** Offsets of the keyword, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export type Detector = (hit: Hit) => Candidate | null;
