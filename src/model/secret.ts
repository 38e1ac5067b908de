// Findings of the secret scanner and the contract of stream masking.

export interface SecretFinding {
  /** Rule id, for example `github-pat`. */
  readonly rule: string;
  /** Word for the placeholder, for example `github_pat`. */
  readonly kind: string;
  /** UTF-16 offsets into the scanned text, end exclusive: exactly the secret. */
  readonly start: number;
  readonly end: number;
}

/** One replacement in a channel's text. */
export interface MaskEdit {
  /** UTF-16 offsets into the channel's whole text, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** The placeholder; '' where a span decided earlier goes on (its remaining characters are swallowed). */
  readonly replacement: string;
  readonly rule: string;
  /** JSON keys that lead to the string (arguments channels), outermost first; null in plain text. */
  readonly pointer: readonly (string | number)[] | null;
  /** The placeholder that the replacement, a value of this session's own, takes the place of: for the client alone. */
  readonly restores?: string;
}

export interface MaskStep {
  /** Everything before this offset is final: either untouched or covered by an edit already given. */
  readonly decidedTo: number;
  /** In order, never overlapping, each before `decidedTo`. */
  readonly edits: readonly MaskEdit[];
}

/** Scans one channel of a reply as it arrives. Not thread-safe; one object per channel. */
export interface ChannelMask {
  push(text: string): MaskStep;
  /** No more text: decides everything. */
  end(): MaskStep;
}

/** What was masked in one exchange; the value itself is nowhere. */
export interface MaskRecord {
  readonly rule: string;
  readonly placeholder: string;
  /** `toAgent` and forwarded: the model wrote the placeholder, the agent got the value back. */
  readonly direction: 'toModel' | 'toAgent' | 'atRest';
  /** Was the value forwarded all the same (record-only fields, `warn`)? */
  readonly isForwarded: boolean;
  readonly channel: string;
  /** Where in the channel's text as it came, UTF-16 units; of a request's body, bytes. The first RANGES_MAX. */
  readonly ranges: readonly MaskRange[];
}

/** Start, and end exclusive. */
export type MaskRange = readonly [number, number];

export const RANGES_MAX = 100;

export const isMaskedToAgent = ({ direction, isForwarded }: MaskRecord): boolean =>
  direction === 'toAgent' && !isForwarded;

/** One finding of `aitrail scan`, placed in a file. Lines and columns are 1-based in characters (code points). */
export interface PlacedFinding {
  /** As named on the command line or relative to the repository's root, forward slashes; `-` for standard input. */
  readonly path: string;
  readonly rule: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  /** Exclusive. */
  readonly endColumn: number;
  /** 0-based, in bytes of the file. */
  readonly startOffset: number;
  /** Exclusive. */
  readonly endOffset: number;
  /** Full id of the commit that added it; null outside `--range`. */
  readonly commit: string | null;
  /** The line with every secret in it replaced. */
  readonly preview: string;
}

export interface ScanReport {
  readonly findings: readonly PlacedFinding[];
  readonly filesScanned: number;
  readonly bytesScanned: number;
}
