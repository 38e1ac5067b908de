// Requests for approval of a team's gateway, and what somebody answered. Any instance asks, any other decides; one decision
// counts, and it lets one thing pass.

export interface NewAsked {
  /** As ApprovalRequest has it. */
  readonly id: string;
  /** Names who asks and for exactly what: the same is not asked for twice while it is open. */
  readonly key: string;
  /** Issuer and subject of who asks. */
  readonly who: string;
  /** Of who asks; empty: not known. */
  readonly email: string;
  /** The request, as JSON. */
  readonly request: string;
  readonly atMs: number;
  readonly expiresAtMs: number;
}

export interface Asked extends NewAsked {
  /** The decision, as JSON; null: nobody has answered. */
  readonly decision: string | null;
  /** When it let something pass. */
  readonly usedAtMs: number | null;
}

export interface AskedDecision {
  readonly id: string;
  readonly isApproval: boolean;
  readonly decision: string;
  readonly atMs: number;
}

export interface AskedStore {
  /** @returns this one, or the one of its key that nobody has answered. */
  keepAsked(asked: NewAsked): Promise<Asked>;
  /** Newest first, whatever became of them. */
  listAsked(limit: number): Promise<readonly Asked[]>;
  /** @param prefix of an id. Throws AMBIGUOUS_ID; null if none. */
  findAsked(prefix: string): Promise<Asked | null>;
  /** @returns false where it was answered otherwise before, or has expired. */
  decideAsked(decision: AskedDecision): Promise<boolean>;
  /** Uses up an approval of that key. @returns null where there is none that is good. */
  useAsked(key: string, nowMs: number): Promise<Asked | null>;
}

/** What nobody can answer or use any more stays for this long, to be seen. */
export const ASKED_SEEN_MS = 86_400_000;
