// A scanner's findings, and who wrote the lines they are about.
import type { Evidence, Origin } from './origin.ts';

/** Where a finding stands, as the scanner says. */
export interface FoundPlace {
  /** Index into the document's runs, and into that run's results. */
  readonly run: number;
  readonly result: number;
  readonly tool: string;
  readonly rule: string;
  readonly message: string;
  /** As the scanner names it, decoded. */
  readonly uri: string;
  /** Repository-relative; null where it is in no file of this repository. */
  readonly path: string | null;
  /** 1-based, both ends belong to it; null where the finding is about no line. */
  readonly region: { readonly startLine: number; readonly endLine: number } | null;
}

/** Neighbouring lines with everything in common. */
export interface TracedLines {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  /** Zeros: not committed yet. */
  readonly commit: string;
  readonly author: string;
  readonly origin: Origin;
  /** null unless ai or mixed; agent and model also where nobody said. */
  readonly agent: string | null;
  readonly model: string | null;
  readonly session: string | null;
  readonly exchange: string | null;
  readonly evidence: Evidence | null;
  /** Is the note's signer trusted? */
  readonly signed: boolean;
  /** Who approved what holds the lines, as the commit's note says. */
  readonly approvers: readonly string[];
  /** The person's words before the model wrote them, masked; null where the recording is elsewhere. */
  readonly prompt: string | null;
}

export interface TracedPlace extends FoundPlace {
  /** In file order; empty where nothing can be said. */
  readonly lines: readonly TracedLines[];
}

export interface Trace {
  /** The scanner's own document. */
  readonly document: unknown;
  readonly places: readonly TracedPlace[];
}
