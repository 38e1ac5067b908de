// What a POSIX shell command line (with bash's common additions) is read into. Offsets are UTF-16 units into the text
// that was parsed, end exclusive, so that a caller can point at what a command writes.

export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'variable'; readonly name: string; readonly raw: string }
  | { readonly kind: 'substitution'; readonly list: ShellList; readonly raw: string }
  /** `<(…)`, `>(…)`: a name of a pipe to that list. */
  | { readonly kind: 'process'; readonly list: ShellList; readonly raw: string }
  /** Arithmetic, `${a#b}` and the like: what it gives is not known. */
  | { readonly kind: 'other'; readonly raw: string };

export interface Word {
  readonly parts: readonly WordPart[];
  readonly start: number;
  readonly end: number;
}

export interface HereDocument {
  /** Text and expansions; tabs of `<<-` are stripped. */
  readonly parts: readonly WordPart[];
  readonly start: number;
  readonly end: number;
}

export interface Redirect {
  /** `&>` is read as `>`, `>|` too. */
  readonly kind: 'write' | 'append' | 'read' | 'here-document' | 'here-string' | 'duplicate';
  /** null: the operator's usual one. */
  readonly descriptor: number | null;
  readonly target: Word;
  readonly document: HereDocument | null;
}

export interface SimpleCommand {
  readonly kind: 'simple';
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

export interface GroupCommand {
  readonly kind: 'group';
  /** `( … )`: a change of directory stays inside. */
  readonly isSubshell: boolean;
  readonly list: ShellList;
  readonly redirects: readonly Redirect[];
}

export type Command = SimpleCommand | GroupCommand;

/** Commands joined by pipes. */
export type Pipeline = readonly Command[];
/** Pipelines in order; `&&`, `||`, `;` and new lines are not told apart: any may run. */
export type ShellList = readonly Pipeline[];

/** Where a reader stands. Readers move `at` and hand the cursor on. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** Here-documents whose bodies start after the next line feed. */
  readonly pending: PendingDocument[];
  /** Nesting of substitutions and groups; beyond a limit text is taken as it is. */
  depth: number;
  /** Reads a list up to `)`, `}` or the end: given here because words and lists hold each other. */
  readonly readList: (cursor: Cursor, closer: ')' | '}' | null) => ShellList;
}

export interface PendingDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly stripsTabs: boolean;
  readonly accept: (document: HereDocument) => void;
}

export const DEPTH_MAX = 40;
