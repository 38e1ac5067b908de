// What making and checking a bundle of evidence found, for printing.
import type { CommitVerdict } from './verdict.ts';

export interface MadeBundle {
  readonly about: string;
  readonly text: string;
  readonly commits: number;
  readonly records: number;
  readonly approvals: number;
}

export interface CheckedBundle {
  readonly isOk: boolean;
  readonly about: string | null;
  /** RFC 3339. */
  readonly createdAt: string | null;
  readonly bundledBy: { readonly principal: string; readonly fingerprint: string } | null;
  readonly trustedBy: string;
  readonly commits: readonly (CommitVerdict & { readonly subject: string })[];
  /** Exchanges whose bytes are what the log holds. */
  readonly records: number;
  readonly approvals: number;
  readonly log: { readonly origin: string; readonly size: number } | null;
  /** When trusted witnesses saw the log. */
  readonly witnessed: readonly {
    readonly witness: string;
    readonly size: number;
    readonly at: string;
  }[];
  readonly problems: readonly { readonly member: string; readonly why: string }[];
}
