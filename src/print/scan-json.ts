// Findings for programs: `aitrail.scan/1`.
import type { ScanReport } from '../model/secret.ts';

export function formatScanJson(report: ScanReport): string {
  const findings = report.findings.map(({ commit, ...finding }) =>
    commit === null ? finding : { ...finding, commit },
  );
  const { filesScanned, bytesScanned } = report;
  return `${JSON.stringify({ schema: 'aitrail.scan/1', findings, filesScanned, bytesScanned }, null, 2)}\n`;
}
