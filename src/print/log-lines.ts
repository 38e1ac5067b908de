// What the log commands print.
import type { CheckedFile, LogReport } from '../model/log-report.ts';
import type { ReportingState } from '../model/reporting.ts';
import { counted, localMinute } from './moments.ts';
import { plainLine } from './plain-text.ts';

/** Where the log stands, unchecked. */
export const logStatusText = (
  log: { readonly origin: string; readonly vkey: string; readonly size: number },
  reporting: ReportingState | null,
): string =>
  [
    `log ${log.origin}: ${leaves(log.size)}\n  key  ${log.vkey}\n`,
    ...(reporting === null ? [] : [reportingText(reporting)]),
    'recompute it: aitrail log verify\n',
  ].join('');

function reportingText({ gateway, waiting, cosignedAt, problem }: ReportingState): string {
  const seen = cosignedAt === null ? 'cosigned nothing yet' : `cosigned ${minuteOf(cosignedAt)}`;
  const left = waiting === 0 ? 'nothing to be sent' : `${leaves(waiting)} still to be sent`;
  const why =
    problem === null
      ? ''
      : `  tried ${minuteOf(problem.at)}: ${plainLine(problem.message)} (${problem.code})\n`;
  return `gateway ${plainLine(gateway)}: ${left}, ${seen}\n${why}`;
}

const minuteOf = (time: string): string => localMinute(Date.parse(time));

export function logReportText(report: LogReport): string {
  const repaired = report.repaired.map((path) => `  ${path}\n`).join('');
  const how = report.isRepaired
    ? 'written again from the records'
    : 'behind or torn; the daemon writes them within a second';
  return [
    `log ${report.origin}: fine\n`,
    `  ${leaves(report.size)}, ${counted(report.recordsChecked, 'record')} recomputed\n`,
    ...goneText(report),
    ...straysText(report),
    `  root ${report.root}\n`,
    `  key  ${report.vkey}\n`,
    repaired === '' ? '' : `${counted(report.repaired.length, 'file')} ${how}:\n${repaired}`,
  ].join('');
}

const goneText = ({ pruned, erased }: LogReport): readonly string[] =>
  pruned + erased === 0
    ? []
    : [`  ${pruned} pruned, ${erased} erased: their digests stay in the log\n`];

const straysText = ({ strays }: LogReport): readonly string[] =>
  strays === 0
    ? []
    : [`  ${counted(strays, 'object')} in the object store that no record has: remove by hand\n`];

/** `aitrail.log/1`. */
export const logReportDocument = (report: LogReport): object => ({
  schema: 'aitrail.log/1',
  ok: true,
  ...report,
});

export function checkedFileText(checked: CheckedFile): string {
  switch (checked.kind) {
    case 'ours':
      return checked.index === null
        ? `it belongs to this log: a checkpoint of ${leaves(checked.size)}\n`
        : `it belongs to this log: leaf ${checked.index} of ${checked.size}\n`;
    case 'malformed':
      return 'it is neither a proof nor a checkpoint\n';
    case 'foreign':
      return `it was not signed by this log's key: ${plainLine(checked.origin)}\n`;
    case 'restored':
      return `it is of a log that was restored ${localMinute(checked.atMs)}: ${checked.leaves} of its ${leaves(checked.size)} came back, the rest is lost, not forged\n`;
    case 'contradicts':
      return `it contradicts this log: ${checked.why}\n`;
  }
}

const leaves = (count: number): string => `${count} ${count === 1 ? 'leaf' : 'leaves'}`;
