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
  readonly direction: 'toModel' | 'toAgent' | 'atRest';
  /** Was the value forwarded all the same (record-only fields, `warn`)? */
  readonly isForwarded: boolean;
  readonly channel: string;
}
