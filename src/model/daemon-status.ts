/** What the daemon says about itself. */
export interface DaemonStatus {
  readonly running: boolean;
  readonly pid: number | null;
  readonly url: string | null;
  readonly socket: string | null;
  readonly version: string | null;
  readonly uptimeSeconds: number;
  readonly sessions: number;
  readonly exchanges: number;
  /** State directory. */
  readonly store: string;
}
