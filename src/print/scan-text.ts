// Findings as lines for people: where, which rule, the line with the secret hidden.
import type { PlacedFinding, ScanReport } from '../model/secret.ts';

export function formatScanText(report: ScanReport): string {
  const lines = report.findings.map(formatFinding);
  const files = new Set(report.findings.map((one) => one.path)).size;
  const found =
    report.findings.length === 0
      ? 'no secrets found'
      : `${countOf(report.findings.length, 'secret')} in ${countOf(files, 'file')}`;
  const scanned = `${countOf(report.filesScanned, 'file')}, ${formatBytes(report.bytesScanned)} scanned`;
  return `${[...lines, `${found} (${scanned})`].join('\n')}\n`;
}

function formatFinding(one: PlacedFinding): string {
  const commit = one.commit === null ? '' : `${one.commit.slice(0, 12)} `;
  return `${commit}${one.path}:${one.startLine}:${one.startColumn}: ${one.rule}: ${one.preview}`;
}

const countOf = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? '' : 's'}`;

function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000
    ? `${(bytes / 1000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
