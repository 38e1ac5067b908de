// What a reply of a model wrote, or tried to write.

/** Lines of a hunk with their mark: ' ' context, '-' removed, '+' added. Text without line ending. */
export interface HunkLine {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Paths are as the agent said them (absolute or relative, any separator) until src/flow resolves them. */
export type Edit =
  | { readonly kind: 'write'; readonly path: string; readonly text: string } // the whole file
  | { readonly kind: 'append'; readonly path: string; readonly text: string }
  | { readonly kind: 'insert'; readonly path: string; readonly text: string }
  | {
      readonly kind: 'replace';
      readonly path: string;
      readonly before: string;
      readonly after: string;
      readonly isAll: boolean;
    }
  | {
      readonly kind: 'patch';
      readonly path: string;
      readonly movedTo: string | null;
      readonly hunks: readonly (readonly HunkLine[])[];
    }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly movedTo: string }
  | { readonly kind: 'snippet'; readonly path: string | null; readonly text: string } // fenced code in prose
  | {
      readonly kind: 'told'; // words: a person's, which the model may repeat, or a model's, which a person may paste
      readonly by: 'person' | 'model';
      readonly path: null;
      readonly text: string;
    }
  | { readonly kind: 'command'; readonly command: string; readonly paths: readonly string[] }; // may write anything

/** `unknown`: no result was seen; the working tree decides. */
export type Outcome = 'accepted' | 'rejected' | 'unknown';

/** Who said so: a later request, or the client's own hook where no request did. */
export type OutcomeSource = 'wire' | 'client';

/** What a client's own hook says of one call. */
export interface OutcomeReport {
  /** The client that such a report is from. */
  readonly agent: string;
  /** Its own id of the conversation. */
  readonly conversation: string;
  readonly callId: string;
  readonly outcome: Exclude<Outcome, 'unknown'>;
}

/** One edit of one reply, after masking. */
export interface Emission {
  /** Unique in the store, rising with time. */
  readonly id: number;
  readonly exchange: string;
  readonly session: string;
  readonly agent: string | null;
  readonly model: string | null;
  readonly callId: string | null;
  readonly tool: string | null;
  /** Absolute path of the repository's common git directory, null where no repository holds it. */
  readonly repository: string | null;
  /** Repository-relative with forward slashes; null for snippets and commands. */
  readonly path: string | null;
  readonly edit: Edit;
  readonly outcome: Outcome;
  readonly outcomeSource: OutcomeSource;
  readonly atMs: number;
}

/** Was it meant for a file, and not just said? */
export const isWritten = ({ edit }: { readonly edit: Edit }): boolean => edit.kind !== 'told';
