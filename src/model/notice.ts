// What a hook says about a change: one notice for each thing found. Data only; src/print words it.
import type { SettingPlace } from './policy.ts';
import type { Signer } from './signing.ts';

/** `observed`: the policy only watches, so it went through. */
export type Effect = 'refused' | 'warned' | 'observed' | 'masked';

/** Why a secret that should be masked was refused instead. */
export type MaskHindrance =
  | 'vault-off' // nothing could give the value back
  | 'unsafe' // replacing it could break the file
  | 'unreadable' // the recordings that tell whose line it is
  | 'changed'; // index or file moved on meanwhile

export interface SecretNotice {
  readonly kind: 'secret';
  readonly effect: Effect;
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  /** Does recorded AI output account for the line? */
  readonly isAi: boolean;
  /** Full id, for findings in commits that are pushed. */
  readonly commit: string | null;
  readonly placeholder: string | null;
  readonly hindrance: MaskHindrance | null;
}

export interface PathNotice {
  readonly kind: 'path';
  readonly effect: Effect;
  readonly path: string;
  /** `unreadable`: taken as an AI's, because the recordings could not be read. */
  readonly why: 'any' | 'ai' | 'unreadable';
  /** That is on its way out; null: the one about to be made. */
  readonly commit: string | null;
  /** The rule. */
  readonly place: SettingPlace | null;
}

/** Work that was left for later: worth a line, never worth a refusal. */
export interface TextNotice {
  readonly kind: 'text';
  readonly text: string;
}

/** What was attested just now, where some of it is an AI's. */
export interface AttestedNotice {
  readonly kind: 'attested';
  readonly commits: number;
  /** Added lines. */
  readonly ai: number;
  readonly mixed: number;
  readonly unrecorded: number;
  /** Names, sorted; empty where none is known. */
  readonly agents: readonly string[];
  readonly sessions: number;
  readonly signer: Pick<Signer, 'principal' | 'kind'>;
}

/** What passes by leave only. `passed`: with an approval, which is used up. */
export interface ApprovalNotice {
  readonly kind: 'approval';
  readonly effect: 'refused' | 'observed' | 'passed';
  /** Paths, or the branch. */
  readonly what: string;
  readonly place: SettingPlace | null;
  /** As written in the rule; empty: any listed signer. */
  readonly approvers: readonly string[];
  /** Of the request; null where nothing was asked. */
  readonly id: string | null;
  /** Who approved it. */
  readonly by: string | null;
  /** Why the request did not reach the remote; null where it did or there is none. */
  readonly unsent: string | null;
}

/** A push to a branch that a rule names. */
export interface BranchNotice {
  readonly kind: 'branch';
  readonly effect: Effect;
  readonly branch: string;
  /** `unknown`: taken as an AI's, because some commit says nothing. */
  readonly why: 'any' | 'ai' | 'unknown';
  readonly place: SettingPlace | null;
}

export type Notice =
  | SecretNotice
  | PathNotice
  | ApprovalNotice
  | BranchNotice
  | AttestedNotice
  | TextNotice;

export interface HookReport {
  /** Must git stop? */
  readonly isRefused: boolean;
  readonly notices: readonly Notice[];
}
