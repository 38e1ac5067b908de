// What is known of one leaked value. The value itself is nowhere in it.

/** As it stood there: the value in clear, or what masking put in its place. */
export type Held = 'value' | 'placeholder';

/** One recorded exchange that it passed through. */
export interface RecordedSight {
  readonly exchange: string;
  readonly session: string;
  readonly atMs: number;
  readonly agent: string | null;
  readonly model: string | null;
  /** `Ada <ada@example.com>`. */
  readonly user: string;
  readonly connection: string;
  /** Worktree in which the session ran. */
  readonly worktree: string | null;
  /** `typed`: in a person's words; `read`: in what a tool gave back; `written`: in the model's answer; `sent`, `answered`:
   *  somewhere else in the request or in the reply; `again`: in the history that a request repeats, and nowhere else. */
  readonly how: 'typed' | 'read' | 'written' | 'headers' | 'url' | 'sent' | 'answered' | 'again';
  /** For `read` and calls in `written`. */
  readonly tool: string | null;
  readonly held: Held;
  /** Did the value pass in clear, to the model or to the agent? null: only its placeholder was there. */
  readonly isForwarded: boolean | null;
  /** Rules that found it; empty where none did. */
  readonly rules: readonly string[];
  /** Files that calls of the reply wrote it to, as the record names them. */
  readonly files: readonly string[];
}

/** A commit that brought or took away a file's content with it, or speaks of it in its message. */
export interface CommitSight {
  readonly commit: string;
  readonly atMs: number;
  readonly author: string;
  readonly subject: string;
  /** null: in the commit's own message. */
  readonly path: string | null;
  readonly change: 'added' | 'removed' | 'message';
  readonly held: Held;
  /** Remotes that have it, as far as was fetched or pushed from here. */
  readonly remotes: readonly string[];
}

/** A file as it is now. */
export interface FileSight {
  /** Repository-relative. */
  readonly path: string;
  /** 1-based, of the first place. */
  readonly line: number;
  readonly held: Held;
}

/** How much was looked at. */
export interface IncidentScope {
  readonly exchanges: number;
  /** All that is recorded of them, unpacked. */
  readonly recordedBytes: number;
  /** Recorded exchanges of which less is kept than was said: of these what masking found is known, and no more. */
  readonly textless: number;
  /** Exchanges that were recorded once and are not here any more. */
  readonly gone: number;
  readonly commits: number;
  readonly objects: number;
  readonly objectBytes: number;
  readonly files: number;
  /** Is history cut, so that nothing can be said of what is missing? */
  readonly isShallow: boolean;
}

export interface Incident {
  /** Every name that it has here. */
  readonly placeholders: readonly string[];
  /** Was the value itself looked for, or its placeholder alone? */
  readonly hasValue: boolean;
  /** Oldest first. */
  readonly sights: readonly RecordedSight[];
  /** Oldest first; null outside of a repository. */
  readonly commits: readonly CommitSight[] | null;
  /** In git's store, and in no commit that a ref or the reflog leads to. */
  readonly loose: readonly { readonly object: string; readonly held: Held }[];
  readonly staged: readonly { readonly path: string; readonly held: Held }[];
  readonly files: readonly FileSight[] | null;
  readonly scope: IncidentScope;
}
