// `aitrail audit`, for people and for programs.
import type { Audit, AuditFinding, AuditKind } from '../model/audit.ts';
import type { LineOrigin } from '../model/origin.ts';
import { lengthOf } from '../model/statement.ts';
import { counted } from './moments.ts';
import { fitColumns, plainLine } from './plain-text.ts';

const SUBJECT_WIDTH = 48;

/** @returns whole lines: each finding, then what it comes to. */
export function auditText(audit: Audit): string {
  const parts = audit.commits.map(({ commit, subject, isAttested, findings }) => {
    const head = `${commit.slice(0, 12)} ${fitColumns(plainLine(subject), SUBJECT_WIDTH)}\n`;
    if (!isAttested) return `${head}  no note with a valid signature\n`;
    return findings.length === 0 ? '' : `${head}${findings.map(findingText).join('')}`;
  });
  return `${parts.join('')}${sumText(audit)}`;
}

function findingText(finding: AuditFinding): string {
  const { path, startLine, endLine, kind } = finding;
  const lines = startLine === endLine ? String(startLine) : `${startLine}-${endLine}`;
  return `  ${plainLine(path)}:${lines}  ${kind}: ${reasonOf(finding)}\n`;
}

function reasonOf({ kind, said, found }: AuditFinding): string {
  switch (kind) {
    case 'contradiction':
      return `the note says ${originName(said)}, the recordings say ${originName(found)}`;
    case 'pruned':
      return `the note says ${originName(said)}; what was recorded of it was pruned for its age`;
    case 'erased':
      return `the note says ${originName(said)}; what was recorded of it has been erased`;
    case 'elsewhere':
      return `the note says ${originName(said)}, which was not recorded on this machine`;
  }
}

function originName(origin: LineOrigin): string {
  if (origin.kind === 'unrecorded') return 'unrecorded';
  const { agent, model, exchange } = origin.source;
  const by = [agent ?? 'an agent', model ?? ''].filter(Boolean).join(', ');
  return `${origin.kind} by ${plainLine(by)} (exchange ${plainLine(exchange)})`;
}

const KINDS = ['contradiction', 'pruned', 'erased', 'elsewhere'] as const;
const WORDS = {
  contradiction: 'contradicted',
  pruned: 'pruned',
  erased: 'erased',
  elsewhere: 'not recorded here',
};

function sumText(audit: Audit): string {
  const agreed = audit.commits.reduce((sum, each) => sum + each.agreed, 0);
  const parts = KINDS.map((kind) => ({ kind, lines: countLines(audit, kind) }))
    .filter(({ lines }) => lines > 0)
    .map(({ kind, lines }) => `${lines} ${WORDS[kind]}`);
  const open = audit.commits.filter(({ isAttested }) => !isAttested).length;
  const without = open === 0 ? '' : `, ${open} without a note`;
  return `${counted(audit.commits.length, 'commit')} audited${without}: ${[`${counted(agreed, 'line')} agree${agreed === 1 ? 's' : ''}`, ...parts].join(', ')}\n`;
}

/** Lines of all findings of a kind. */
export const countLines = ({ commits }: Audit, kind: AuditKind): number =>
  commits
    .flatMap(({ findings }) => findings)
    .filter((finding) => finding.kind === kind)
    .reduce((sum, finding) => sum + lengthOf(finding), 0);

/** `aitrail.audit/1`. */
export const auditDocument = (audit: Audit): object => ({
  schema: 'aitrail.audit/1',
  ok: countLines(audit, 'contradiction') === 0,
  commits: audit.commits.map(({ commit, isAttested, agreed, findings }) => ({
    commit,
    attested: isAttested,
    agreed,
    findings: findings.map(({ said, found, ...finding }) => ({
      ...finding,
      said: originDocument(said),
      found: originDocument(found),
    })),
  })),
});

const originDocument = (origin: LineOrigin): object =>
  origin.kind === 'unrecorded'
    ? { origin: origin.kind }
    : { origin: origin.kind, evidence: origin.evidence, ...origin.source };
