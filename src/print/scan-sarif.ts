// Findings as SARIF 2.1.0, as GitHub code scanning takes it.
import { createHash } from 'node:crypto';
import type { PlacedFinding, ScanReport } from '../model/secret.ts';

export function formatScanSarif(report: ScanReport, version: string): string {
  const ids = [...new Set(report.findings.map((one) => one.rule))].toSorted();
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'aitrail', semanticVersion: version, rules: ids.map(formatRule) } },
        columnKind: 'unicodeCodePoints',
        results: report.findings.map((one) => formatResult(one, ids.indexOf(one.rule))),
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const formatRule = (id: string): object => ({
  id,
  name: id,
  shortDescription: { text: `Secret: ${id.replaceAll('-', ' ')}` },
  help: {
    text: 'Take the value out, revoke it where it was issued, and keep the new one outside the repository.',
  },
  defaultConfiguration: { level: 'error' },
  properties: { tags: ['security', 'secret'], 'security-severity': '9.0' },
});

const formatResult = (one: PlacedFinding, ruleIndex: number): object => ({
  ruleId: one.rule,
  ruleIndex,
  level: 'error',
  message: { text: `A secret (${one.rule}) stands here: ${one.preview}` },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: one.path.split('/').map(encodeURIComponent).join('/') },
        region: {
          startLine: one.startLine,
          startColumn: one.startColumn,
          endLine: one.endLine,
          endColumn: one.endColumn,
          byteOffset: one.startOffset,
          byteLength: one.endOffset - one.startOffset,
        },
      },
    },
  ],
  // the same from run to run while the line stays, wherever it moves to
  partialFingerprints: {
    'aitrail/v1': createHash('sha256')
      .update([one.path, one.rule, one.preview].join('\n'))
      .digest('hex'),
  },
  ...(one.commit === null ? {} : { properties: { commit: one.commit } }),
});
