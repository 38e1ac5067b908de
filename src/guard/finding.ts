// What the checks of a commit or push found, before anybody has decided what follows from it.
import type { ProtectRule } from '../model/policy.ts';

/** Lines that a change adds to one file. */
export interface AddedText {
  /** Repository-relative. */
  readonly path: string;
  readonly runs: readonly { readonly firstLine: number; readonly lines: readonly string[] }[];
  /** What can be read in binary content. */
  readonly strings?: readonly {
    readonly firstLine: number;
    readonly firstColumn: number;
    readonly text: string;
  }[];
}

/** A changed file, as much as protect rules look at. */
export interface ChangedPath {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
}

export interface SecretHit {
  readonly path: string;
  /** 1-based; a PEM block ends on another line than it starts. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** 1-based, in UTF-16 units. */
  readonly firstColumn: number;
  readonly rule: string;
  readonly kind: string;
  /** The secret itself: stays in memory, never printed. */
  readonly value: string;
  /** The added lines that it stands on: the same. */
  readonly line: string;
  /** What stands around it, secrets hidden. */
  readonly preview: string;
}

export interface ProtectedHit {
  readonly path: string;
  readonly rule: ProtectRule;
}
