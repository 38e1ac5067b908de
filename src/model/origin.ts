// Where a line came from.

export type Origin = 'ai' | 'mixed' | 'unrecorded' | 'unknown';
export type Evidence = 'exact' | 'reformatted' | 'edited' | 'observed' | 'carried' | 'claimed';

/** A source that lines are attributed to. */
export interface Source {
  readonly exchange: string;
  readonly session: string;
  readonly agent: string | null;
  readonly model: string | null;
}

/** Origin of one line that a commit added. */
export type LineOrigin =
  | { readonly kind: 'ai' | 'mixed'; readonly source: Source; readonly evidence: Evidence }
  | { readonly kind: 'unrecorded' };

export interface LineRange {
  /** 1-based. */
  readonly firstLine: number;
  readonly lineCount: number;
}

/** One line of `aitrail blame`. */
export interface BlameLine {
  readonly line: number;
  readonly text: string;
  readonly commit: string;
  readonly author: string;
  readonly time: string;
  readonly origin: Origin;
  readonly agent: string | null;
  readonly model: string | null;
  readonly session: string | null;
  readonly exchange: string | null;
  readonly evidence: Evidence | null;
  readonly signed: boolean;
}

/** What one commit added to one file. */
export interface AttributedFile {
  readonly path: string;
  /** Blob id of the new content. */
  readonly blob: string;
  /** Every added line, rising. */
  readonly added: readonly AddedLine[];
}

export interface AddedLine {
  /** 1-based, in the new content. */
  readonly line: number;
  /** Without line ending. */
  readonly text: string;
  readonly origin: LineOrigin;
}
