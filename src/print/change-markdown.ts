// `aitrail verify --format md`: a comment for a pull or merge request. What others wrote stands in code spans: there it
// can neither mention people, nor link, nor be HTML.
import type { ChangeReport } from '../model/change-report.ts';
import type { Verification } from '../model/verification.ts';
import {
  agentName,
  approvalText,
  countOrigin,
  joinReports,
  ORIGINS,
  protectedText,
  shortId,
  sumOrigins,
} from './change-totals.ts';
import { counted } from './moments.ts';
import { plainLine } from './plain-text.ts';

/** GitHub's limit for a comment is 65,536 characters. */
const ROWS_MAX = 200;

const ORIGIN_NAMES = {
  ai: 'AI',
  mixed: 'AI, then changed',
  unrecorded: 'unrecorded',
  unknown: 'unknown',
};

/** @returns GitHub-flavoured Markdown, ended by LF. */
export function changeMarkdown(answer: Verification): string {
  const report = joinReports(answer);
  return `${[
    headOf(answer, report),
    ...originTable(report),
    ...protectedList(report),
    ...approvalList(report),
    ...gapList(report),
    ...fileTable(report),
    ...commitTable(answer),
    answer.trustedBy.map((name) => `Trusted signers: ${code(name)}`).join('<br>'),
  ]
    .filter(Boolean)
    .join('\n\n')}\n`;
}

function headOf({ isOk, verdicts }: Verification, report: ChangeReport): string {
  const good = verdicts.filter(({ status }) => status === 'verified').length;
  const isClean = report.gaps.length === 0 && report.protectedFiles.every((each) => each.isSettled);
  const mark = !isOk ? '❌' : isClean ? '✅' : '⚠️';
  return `### ${mark} aitrail: ${good} of ${counted(verdicts.length, 'commit')} verified`;
}

function originTable({ files }: ChangeReport): readonly string[] {
  const rows = sumOrigins(files);
  if (rows.length === 0) return ['No text lines were added.'];
  const all = rows.reduce((sum, { lines }) => sum + lines, 0);
  return [
    table(
      ['Lines', '%', 'Origin', 'Agent', 'Evidence'],
      rows.map((row) => [
        String(row.lines),
        ((100 * row.lines) / all).toFixed(1),
        ORIGIN_NAMES[row.origin],
        row.evidence === null ? '' : code(agentName(row)),
        row.evidence ?? '',
      ]),
    ),
  ];
}

function protectedList({ protectedFiles }: ChangeReport): readonly string[] {
  const items = protectedFiles.map(
    (file) =>
      `- ${file.isSettled ? '✅' : '⚠️'} ${code(file.path)} in ${code(shortId(file.commit))}: ${protectedText(file)}`,
  );
  return section('Protected files', items);
}

function approvalList({ approvals }: ChangeReport): readonly string[] {
  const items = approvals.map((each) => {
    const paths = each.paths.slice(0, 10).map(code).join(', ');
    return `- ${code(each.id)}, ${each.kind}${paths === '' ? '' : ` of ${paths}`} in ${code(shortId(each.commit))}: ${code(approvalText(each))}`;
  });
  return section('Approvals', items);
}

function gapList({ gaps }: ChangeReport): readonly string[] {
  const items = gaps.map(
    ({ commit, subject, text }) =>
      `- ⚠️ ${code(shortId(commit))} ${code(subject.slice(0, 80))}: ${code(text)}`,
  );
  return section('Gaps', items);
}

const section = (title: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`**${title}**`, cut(items).join('\n')];

function fileTable({ files }: ChangeReport): readonly string[] {
  if (files.length === 0) return [];
  const rows = files.map((file) => [
    code(file.path),
    ...ORIGINS.map((origin) => String(countOrigin([file], origin))),
  ]);
  const columns = ['File', ...ORIGINS.map((origin) => ORIGIN_NAMES[origin])];
  return [details(counted(files.length, 'file'), table(columns, rows))];
}

function commitTable({ verdicts }: Verification): readonly string[] {
  const rows = verdicts.map(({ commit, status, signer, subject, reason }) => [
    code(shortId(commit)),
    code(subject.slice(0, 80)),
    status,
    signer === null ? '' : code(signer),
    reason === null ? '' : code(reason),
  ]);
  const columns = ['Commit', 'Subject', 'Status', 'Signer', 'Reason'];
  return [details(counted(rows.length, 'commit'), table(columns, rows))];
}

const details = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(columns), row(columns.map(() => '---')), ...cut(rows.map(row))].join('\n');

/** A bar ends a cell even inside a code span; the backslash before it is taken away again. */
const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function cut(lines: readonly string[]): readonly string[] {
  if (lines.length <= ROWS_MAX) return lines;
  return [...lines.slice(0, ROWS_MAX), `… ${lines.length - ROWS_MAX} more`];
}

/** A code span that its content cannot end. */
function code(text: string): string {
  const plain = plainLine(text);
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const isPadded = longest > 0 || plain.trim() === '' || /^ .* $/.test(plain);
  return isPadded ? `${fence} ${plain} ${fence}` : `${fence}${plain}${fence}`;
}
