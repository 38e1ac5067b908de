// Taking recordings away: by age, or because somebody asks for it. Hashes stay in the log.

/** Which exchanges. All that is given must fit. */
export interface Removal {
  readonly why: 'pruned' | 'erased';
  /** Began before, milliseconds since the epoch. */
  readonly beforeMs: number | null;
  /** Whole name or mail address, case aside. */
  readonly user: string | null;
  /** Whole id. */
  readonly session: string | null;
  /** Sessions that worked there; `null`: wherever they worked. Empty text: in no worktree. */
  readonly worktree: string | null;
}

export interface Removable {
  readonly sessions: number;
  readonly exchanges: number;
  /** Bytes that crossed the wire. */
  readonly bytes: number;
  /** Sessions that would go but for a hold. */
  readonly held: readonly Hold[];
}

/** A session that nothing may take away until somebody releases it. */
export interface Hold {
  readonly session: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
}

/** Records that one prune or erasure took away, as its entry in the log says. */
export interface GoneRecords {
  /** Id of the event. */
  readonly event: string;
  readonly why: 'pruned' | 'erased';
  readonly count: number;
  /** Is it these records that the event speaks of, and is the event there? */
  readonly isSound: boolean;
}
