// What `aitrail audit` found: signed notes held against the recordings that they speak of.
import type { LineOrigin } from './origin.ts';

export interface Audit {
  /** Newest first. */
  readonly commits: readonly AuditedCommit[];
}

export interface AuditedCommit {
  readonly commit: string;
  readonly subject: string;
  /** False: no note with a valid signature. */
  readonly isAttested: boolean;
  /** Lines on which note and recordings agree. */
  readonly agreed: number;
  readonly findings: readonly AuditFinding[];
}

/**
 * `contradiction`: the recordings say something else. `pruned`, `erased`: the note names a recording that was here and went
 * since, by its age or because somebody asked for it, as the log shows; nothing contradicts it. `elsewhere`: it names a recording that was never here.
 */
export type AuditKind = 'contradiction' | 'pruned' | 'erased' | 'elsewhere';

/** Neighbouring lines with everything in common. */
export interface AuditFinding {
  readonly kind: AuditKind;
  readonly path: string;
  /** 1-based, inclusive, in the commit's version. */
  readonly startLine: number;
  readonly endLine: number;
  /** By the note. */
  readonly said: LineOrigin;
  /** By the recordings. */
  readonly found: LineOrigin;
}
