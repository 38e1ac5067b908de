// What a rule decided about something that passed: data for the record, for the person and for the agent.
import type { RuleAction, SettingPlace } from './policy.ts';

export interface Decision {
  /** `held`: somebody must approve it; `observed`: the policy only watches, so it passed. */
  readonly effect: 'blocked' | 'held' | HeldOutcome | 'warned' | 'observed';
  readonly on: 'tool-call' | 'prompt' | 'text' | 'http' | 'protect';
  /** Name of the rule; the protected path for `protect`. */
  readonly name: string;
  /** Tool, or method and path; null where the kind says it all. */
  readonly what: string | null;
  readonly place: SettingPlace | null;
  /** Of the rule. */
  readonly action: RuleAction;
  /** With `approve`, as written: mail addresses and `group:NAME`; empty: any listed signer. */
  readonly approvers: readonly string[];
  /** Once it was asked for. */
  readonly approval?: DecidedApproval;
}

/** `unapproved`: nobody has decided in time. */
export type HeldOutcome = 'approved' | 'denied' | 'unapproved';

export interface DecidedApproval {
  readonly id: string;
  /** Of what was to be approved; hex. */
  readonly digest: string;
  /** Who decided, and SHA-256, hex, of what they signed; null while nobody has. */
  readonly by: { readonly name: string; readonly sha256: string } | null;
}
