// What init and uninstall did, for people and for `--json`.
import type { Signer } from './signing.ts';

export interface SetUpReport {
  /** Absolute. */
  readonly worktree: string;
  readonly hooks: {
    /** Absolute: the folder our files are in. */
    readonly dir: string;
    /** As in src/git/hooks-place.ts: whose folder git takes hooks from. */
    readonly kind: 'own' | 'husky' | 'shared' | 'elsewhere';
    readonly isChanged: boolean;
    /** Hooks that were there before and run as well. */
    readonly chained: readonly string[];
    /** Hooks of a shared folder in a language that we add no line to. */
    readonly foreign: readonly string[];
  };
  readonly identity: {
    readonly kind: Signer['kind'];
    readonly principal: string;
    readonly publicKey: string;
    /** Where the key lives, in words. */
    readonly place: string;
    readonly isNew: boolean;
  };
  readonly configuration: {
    /** Repository-relative. */
    readonly path: string;
    readonly isNew: boolean;
  };
  /** Remotes whose notes will come with every fetch from now on. */
  readonly remotes: readonly string[];
  readonly isNotesPushed: boolean;
  /** Clients named by `--agent`. */
  readonly agents: readonly SettledReport[];
}

/** What `init --agent` did for one client. */
export interface SettledReport {
  readonly agent: string;
  /** Absolute: its settings files that lead to the proxy now. */
  readonly files: readonly string[];
  readonly isChanged: boolean;
  /** What the person must know. */
  readonly notice: string | null;
}

export interface TakeDownReport {
  readonly worktree: string;
  /** Was there anything to take back? */
  readonly wasInstalled: boolean;
  /** Hooks that are again what they were before. */
  readonly hooks: readonly string[];
  readonly removed: readonly string[];
  /** Settings files of clients that are again what they were. Absolute. */
  readonly settings: readonly string[];
  /** Files that somebody has changed since: they stay, and why. */
  readonly kept: readonly { readonly path: string; readonly why: string }[];
}
