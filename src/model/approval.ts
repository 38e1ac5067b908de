// An action that waits for a person: what is asked, what somebody answered, and what became of it. Requests and decisions
// are signed and travel as refs/aitrail/approvals/*.
import type { SettingPlace } from './policy.ts';

export const APPROVAL_KINDS = ['tool-call', 'prompt', 'text', 'http', 'commit', 'push'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

/** What somebody who needs an approval knows. */
export interface ApprovalDraft {
  readonly kind: ApprovalKind;
  /** SHA-256, hex, over the canonical JSON (RFC 8785) of exactly what is approved; secrets in it by their placeholders. */
  readonly digest: string;
  /** One line: the tool, method and path, files, or branch. */
  readonly what: string;
  /** Name of the rule; the protected paths or the branches for those that have none. */
  readonly rule: string;
  readonly place: SettingPlace | null;
  /** As written: mail addresses and `group:NAME`; empty: whoever is a listed signer. */
  readonly approvers: readonly string[];
  readonly session: string | null;
  readonly exchange: string | null;
  /** What the approver sees, masked. */
  readonly content: string;
  /** The very text that was hashed, where it may be sent: what is shown is what counts. */
  readonly subject: string | null;
}

export interface ApprovalRequest extends ApprovalDraft {
  /** `a` and ten characters; a start of it will do where it is unique. */
  readonly id: string;
  /** Mail address, or role, of the key that asks. */
  readonly requester: string;
  /** Remote URL without user, or null: for people. */
  readonly remote: string | null;
  /** Names the clone that asked, and nobody else: calls and commits pass in that clone alone. SHA-256, hex. */
  readonly clone: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export const ANSWERS = ['approve', 'deny', 'break-glass'] as const;
export type Answer = (typeof ANSWERS)[number];

export interface ApprovalDecision {
  readonly answer: Answer;
  readonly id: string;
  readonly kind: ApprovalKind;
  readonly digest: string;
  /** SHA-256, hex, of the request's envelope: what the approver was shown. */
  readonly request: string;
  /** First commits of the repository that the approver stood in, sorted: an approval holds in no other. */
  readonly roots: readonly string[];
  readonly approver: string;
  /** Empty where none was given; always there for `break-glass`. */
  readonly reason: string;
  readonly atMs: number;
  /** null: given afterwards, for what went through with break-glass. */
  readonly expiresAtMs: number | null;
}

/** A decision that counts: signed by a listed person who may. */
export interface SignedDecision extends ApprovalDecision {
  /** The signed envelope, one line. */
  readonly envelope: string;
  /** SHA-256, hex, of that line. */
  readonly sha256: string;
  /** Of an answer given at a team's gateway, whose signature the envelope is. */
  readonly proof?: TeamProof;
}

/** How an approver proved to a gateway who they are. */
export interface TeamProof {
  /** Name of the gateways' key. */
  readonly gateway: string;
  /** Issuer and subject of the token that was verified. */
  readonly who: string;
  /** Fingerprint of the approver's own key, which has signed the decision too; null: the login alone. */
  readonly key: string | null;
}

export type ApprovalState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'approved'; readonly by: SignedDecision } // also after break-glass
  | { readonly kind: 'denied'; readonly by: SignedDecision }
  | { readonly kind: 'used'; readonly by: SignedDecision | null }
  | { readonly kind: 'expired' };

export interface Approval {
  readonly request: ApprovalRequest;
  /** SHA-256, hex, of the request's envelope. */
  readonly sha256: string;
  /** Key blob that signed the request. */
  readonly key: Uint8Array;
  readonly state: ApprovalState;
  /** All decisions that count, oldest first. */
  readonly decisions: readonly SignedDecision[];
  /** Decisions that do not count, and why: one line each. */
  readonly refused: readonly string[];
  /** Why the requester is not to be believed; null where a listed key asks. */
  readonly doubt: string | null;
  /** Asked for at a team's gateway, whose approvers answer. */
  readonly isTeams?: true;
}

/** What the record and an attestation say of an approval that let something pass. */
export interface ApprovalUse {
  readonly id: string;
  readonly kind: ApprovalKind;
  readonly digest: string;
  readonly answer: 'approve' | 'break-glass';
  readonly approver: string;
  readonly envelope: string;
  readonly sha256: string;
}

/** Does it wait for somebody? What went through with break-glass does until somebody else approves. */
export const isOpen = ({ state, decisions }: Approval): boolean =>
  state.kind === 'pending' ||
  (decisions.some(({ answer }) => answer === 'break-glass') &&
    !decisions.some(({ answer }) => answer === 'approve'));
