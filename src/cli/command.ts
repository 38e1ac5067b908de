// One command, one file: what it is called, what it takes, what it does. src/cli/main.ts builds commander from these.
import type { Caller } from '../model/caller.ts';

export interface OptionSpec {
  /** commander's form: `-n, --limit <count>`. */
  readonly flags: string;
  readonly description: string;
  /** The values that it takes, where there are few: shells complete them. */
  readonly values?: readonly string[];
}

/** What a command gets: parsed arguments and options, and the terminal it writes to. */
export interface Invocation {
  readonly caller: Caller;
  /** Positional arguments in order. */
  readonly words: readonly string[];
  /** Option name in camelCase → value. */
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly out: Terminal;
}

export interface Terminal {
  /** Standard output, as is. */
  readonly write: (text: string) => void;
  readonly writeBytes: (bytes: Uint8Array) => void;
  /** Progress and diagnostics: standard error. */
  readonly note: (text: string) => void;
  /** What long work is doing: src/cli/progress.ts. */
  readonly progress: (text: string, isLong?: boolean) => void;
  readonly isColour: boolean;
  /** Is standard output a terminal? */
  readonly isTty: boolean;
  /** Is standard input a terminal? */
  readonly isInteractive: boolean;
}

export interface CommandSpec {
  /** `blame`, or `proxy start` for a nested one. */
  readonly name: string;
  /** commander's form: `[revision] [file]`, `<command...>`. */
  readonly usage: string;
  /** What its first argument may be, where that is one of few. */
  readonly values?: readonly string[];
  /** One line, lower case, no full stop. */
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  /** One real example, without `aitrail`; a test runs it. */
  readonly example: string;
  /** Shows what was recorded: the log says who looked. */
  readonly isReading?: boolean;
  /** Unknown flags are handed through in `words` (blame, run, hook). */
  readonly takesForeignFlags?: boolean;
  /** @returns the exit status. */
  readonly run: (call: Invocation) => Promise<number>;
}

/** What is told of a command: all but what it does. */
export type CommandFace = Pick<
  CommandSpec,
  'name' | 'usage' | 'values' | 'summary' | 'options' | 'example'
>;
