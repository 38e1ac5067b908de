// What a laptop and the gateway say to each other about the laptop's log.

/** POST: a checkpoint as c2sp.org/tlog-witness has it; back comes the cosignature. */
export const WITNESS_PATH = '/-/log/add-checkpoint';
/** POST: records of the log up to a checkpoint that was cosigned. */
export const RECORDS_PATH = '/-/log/records';

/** One of a batch. All of it is masked. */
export interface ReportedRecord {
  /** Of the leaf, with a proof that the cosigned checkpoint has it. */
  readonly proof: string;
  /** Leaf data, base64. */
  readonly leaf: string;
  readonly session: unknown;
  readonly exchange: unknown;
  readonly requestHeaders: unknown;
  readonly responseHeaders: unknown;
  /** Base64. */
  readonly request: string;
  readonly reply: string;
  readonly events: unknown;
}

/** What became of a report. */
export interface ReportOutcome {
  readonly gateway: string;
  readonly size: number;
  /** RFC 3339: when the gateway cosigned it. */
  readonly cosignedAt: string;
  /** The checkpoint with the witness's line under it. */
  readonly note: string;
  /** Exchanges that went out now. */
  readonly sent: number;
}
