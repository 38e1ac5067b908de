// The in-toto Statement that a note carries: what the signature binds. docs/attestation.md specifies it.
import type { ApprovalKind } from './approval.ts';
import type { Evidence } from './origin.ts';
import type { Signer } from './signing.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const SIGNATURE_NAMESPACE = 'attestation@aitrail';
export const NOTES_REF = 'refs/notes/aitrail';

export interface StatementRange {
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  readonly contributor: 'ai' | 'mixed';
  readonly evidence: Evidence;
  /** Index into `predicate.exchanges`. */
  readonly exchange: number;
  /** SHA-256, hex, over the lines joined by LF without a final one. */
  readonly contentSha256: string;
}

/** Lines of a range, a run or a finding: both ends belong to it. */
export const lengthOf = ({
  startLine,
  endLine,
}: Pick<StatementRange, 'startLine' | 'endLine'>): number => endLine - startLine + 1;

/** Lines of all ranges of a contributor. */
export const countLines = (
  ranges: readonly StatementRange[],
  contributor: StatementRange['contributor'],
): number =>
  ranges
    .filter((range) => range.contributor === contributor)
    .reduce((sum, range) => sum + lengthOf(range), 0);

export interface StatementFile {
  readonly path: string;
  readonly blob: string;
  readonly ranges: readonly StatementRange[];
  /** Lines this commit added that nothing recorded accounts for. */
  readonly unrecordedLines: number;
}

export interface StatementExchange {
  readonly id: string;
  readonly session: string;
  /** SHA-256, hex, of the leaf's data; null for exchanges known only from another commit's note. */
  readonly recordSha256: string | null;
  readonly logIndex: number | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  /** RFC 3339 UTC. */
  readonly startedAt: string | null;
}

/** A person's leave for what the commit holds. */
export interface StatementApproval {
  readonly id: string;
  readonly kind: ApprovalKind;
  /** SHA-256, hex, of what was approved. */
  readonly digest: string;
  readonly answer: 'approve' | 'break-glass';
  readonly approver: string;
  /** SHA-256, hex, of the line below. */
  readonly decisionSha256: string;
  /** The approver's own signed envelope. */
  readonly decision: string;
  /** Of a commit: what the digest is over. Blobs with their modes; null: no such file. Empty for all other kinds. */
  readonly changes: readonly {
    readonly path: string;
    readonly old: string | null;
    readonly new: string | null;
  }[];
}

/** A consistency proof: the log of the proof's checkpoint begins with the log of this older one. */
export interface LogGrowth {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** Base64. */
  readonly path: readonly string[];
}

export interface Predicate {
  readonly commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    /** `git patch-id --stable`; null for merges and empty commits. */
    readonly patchId: string | null;
    /** SHA-256, hex, of the raw commit object's content. */
    readonly rawSha256: string;
  };
  readonly files: readonly StatementFile[];
  readonly exchanges: readonly StatementExchange[];
  readonly log: {
    readonly origin: string;
    readonly vkey: string;
    /** c2sp.org/tlog-proof of the commit record. */
    readonly proof: string;
    /** That the log only grew since the newest checkpoint found in an ancestor's note; null where there is none. */
    readonly since: LogGrowth | null;
  } | null;
  readonly coverage: {
    readonly preCommit: 'ran' | 'absent';
    readonly recorder: 'active' | 'gap' | 'off';
    /** Names of agents' own variables seen by the hook. */
    readonly agentSignals: readonly string[];
  };
  readonly approvals: readonly StatementApproval[];
  readonly masking: { readonly masked: number };
  readonly policy: { readonly sha256: string };
  readonly rewrittenFrom: readonly {
    readonly gitCommit: string;
    readonly envelopeSha256: string | null;
  }[];
  readonly signer: {
    readonly kind: Signer['kind'];
    /** Fingerprint of the key that signs, which the log's record binds too; null in statements of earlier versions. */
    readonly key: string | null;
  };
  readonly attestedAt: string;
  readonly tool: { readonly name: 'aitrail'; readonly version: string };
}

export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly { readonly digest: { readonly gitCommit: string } }[];
  readonly predicateType: string;
  readonly predicate: Predicate;
}

export interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}
