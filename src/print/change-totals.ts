// Sums of what a change brings, and its parts in words: what all forms of the report share.
import type {
  ApprovalReport,
  ChangedFileReport,
  ChangeReport,
  LineRun,
  ProtectedFileReport,
} from '../model/change-report.ts';
import type { Origin } from '../model/origin.ts';
import { lengthOf } from '../model/statement.ts';
import type { Verification } from '../model/verification.ts';
import { plainLine } from './plain-text.ts';

export const ORIGINS = ['ai', 'mixed', 'unrecorded', 'unknown'] as const;

export interface OriginRow extends Pick<LineRun, 'origin' | 'agent' | 'model' | 'evidence'> {
  readonly lines: number;
}

/** All ranges of one answer together. */
export function joinReports({ reports }: Verification): ChangeReport {
  return {
    files: reports.flatMap(({ files }) => files),
    protectedFiles: reports.flatMap(({ protectedFiles }) => protectedFiles),
    approvals: reports.flatMap(({ approvals }) => approvals),
    gaps: reports.flatMap(({ gaps }) => gaps),
  };
}

/** Lines by origin, agent, model and evidence: in the order of origins, the most lines first. */
export function sumOrigins(files: readonly ChangedFileReport[]): readonly OriginRow[] {
  const rows = new Map<string, OriginRow>();
  for (const run of files.flatMap(({ runs }) => runs)) {
    const { origin, agent, model, evidence } = run;
    const key = JSON.stringify([origin, agent, model, evidence]);
    const lines = (rows.get(key)?.lines ?? 0) + lengthOf(run);
    rows.set(key, { origin, agent, model, evidence, lines });
  }
  return [...rows.values()].toSorted(
    (one, other) =>
      ORIGINS.indexOf(one.origin) - ORIGINS.indexOf(other.origin) || other.lines - one.lines,
  );
}

export const countOrigin = (files: readonly ChangedFileReport[], origin: Origin): number =>
  files
    .flatMap(({ runs }) => runs)
    .filter((run) => run.origin === origin)
    .reduce((sum, run) => sum + lengthOf(run), 0);

/** `agent (model)`, harmless. */
export function agentName({ agent, model }: Pick<LineRun, 'agent' | 'model'>): string {
  const name = plainLine(agent ?? 'an agent without a name').slice(0, 80);
  return model === null ? name : `${name} (${plainLine(model).slice(0, 80)})`;
}

const BY = { ai: 'changed by an AI', unrecorded: 'no AI recorded', unknown: 'by whom is unknown' };
const ASKED = {
  block: 'nobody’s agent may change it',
  approve: 'it needs an approval',
  warn: 'a rule warns of it',
};

export function protectedText(file: ProtectedFileReport): string {
  const { action, by, isSettled, from } = file;
  const asked = action === 'block' && from === 'any' ? 'nobody may change it' : ASKED[action];
  if (!isSettled) return `${asked}; ${BY[by]}`;
  return action === 'approve' && (from === 'any' || by === 'ai')
    ? `${BY[by]}; approved`
    : `${BY[by]}; no rule is broken`;
}

export const approvalText = ({ answer, approver }: ApprovalReport): string =>
  answer === 'approve'
    ? `approved by ${plainLine(approver)}`
    : `let through with break-glass by ${plainLine(approver)}`;

export const shortId = (commit: string): string => commit.slice(0, 12);
