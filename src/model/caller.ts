// Who asks. Every flow takes a caller and reads neither process.cwd() nor process.env: in the daemon those belong to
// somebody else.

export interface Caller {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}
