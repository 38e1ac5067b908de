// What a forge shows beside the lines of a change: one mark for each finding, in a form that its own formats are made of.
import type { ChangeReport, LineRun } from '../model/change-report.ts';
import { lengthOf } from '../model/statement.ts';
import type { Verification } from '../model/verification.ts';
import { agentName, joinReports, protectedText, shortId } from './change-totals.ts';
import { counted } from './moments.ts';
import { plainLine } from './plain-text.ts';

export interface Mark {
  readonly rule: MarkRule;
  readonly level: 'error' | 'warning' | 'note';
  readonly text: string;
  /** Null: the commit changed no file. */
  readonly path: string | null;
  /** 1-based, inclusive; null: the file as a whole. */
  readonly lines: { readonly start: number; readonly end: number } | null;
  /** The same from run to run while the finding is the same. */
  readonly identity: readonly string[];
}

export const MARK_RULES = {
  'unverified-commit': 'A commit whose provenance does not hold',
  'check-skipped': 'A commit that was not checked before it was made',
  'recorder-gap': 'A commit while an agent worked unrecorded',
  'protected-file': 'A protected file was changed against its rule',
  'ai-lines': 'Lines that recorded AI output accounts for',
} as const;
export type MarkRule = keyof typeof MARK_RULES;

const GAP_RULES = {
  unverified: { rule: 'unverified-commit', level: 'error' },
  'pre-commit': { rule: 'check-skipped', level: 'warning' },
  recorder: { rule: 'recorder-gap', level: 'warning' },
} as const;

/** @returns the gravest first. */
export function listMarks(answer: Verification): readonly Mark[] {
  const report = joinReports(answer);
  const marks = [...markGaps(report), ...markProtected(report), ...markLines(report)];
  const levels = ['error', 'warning', 'note'];
  return marks.toSorted((one, other) => levels.indexOf(one.level) - levels.indexOf(other.level));
}

const markGaps = ({ gaps }: ChangeReport): readonly Mark[] =>
  gaps.map(({ commit, subject, path, kind, text }) => ({
    ...GAP_RULES[kind],
    text: `commit ${shortId(commit)} (${plainLine(subject).slice(0, 80)}): ${plainLine(text)}`,
    path,
    lines: null,
    identity: [commit, kind],
  }));

const markProtected = ({ protectedFiles }: ChangeReport): readonly Mark[] =>
  protectedFiles
    .filter(({ isSettled }) => !isSettled)
    .map((file) => ({
      rule: 'protected-file',
      level: file.action === 'warn' ? 'warning' : 'error',
      text: `${protectedText(file)} (commit ${shortId(file.commit)})`,
      path: file.path,
      lines: null,
      identity: [file.commit, file.path, file.action],
    }));

const markLines = ({ files }: ChangeReport): readonly Mark[] =>
  files.flatMap(({ path, runs }) =>
    runs
      .filter(({ evidence }) => evidence !== null)
      .map((run) => ({
        rule: 'ai-lines',
        level: 'note',
        text: textOf(run),
        path,
        lines: { start: run.startLine, end: run.endLine },
        identity: [path, String(run.startLine), String(run.endLine), textOf(run)],
      })),
  );

function textOf(run: LineRun): string {
  const by = run.origin === 'mixed' ? 'by an AI, then changed' : 'by an AI';
  return `${counted(lengthOf(run), 'line')} ${by}: ${agentName(run)}, evidence ${run.evidence ?? 'none'}`;
}
