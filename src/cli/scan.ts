// aitrail scan: the secret scanner by itself.
import { afterBaseline } from '../flow/scan/after-baseline.ts';
import { scanPaths, type ScanTarget } from '../flow/scan/scan-paths.ts';
import { Fault } from '../model/fault.ts';
import type { ScanReport } from '../model/secret.ts';
import { readVersion } from '../model/version.ts';
import { formatScanJson } from '../print/scan-json.ts';
import { formatScanSarif } from '../print/scan-sarif.ts';
import { formatScanText } from '../print/scan-text.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { PROGRESS_OPTION } from './progress.ts';

type Format = 'text' | 'json' | 'sarif';

export const command: CommandSpec = {
  name: 'scan',
  usage: '[path...]',
  summary: 'find secrets in files, in what is staged, in commits or in standard input',
  options: [
    { flags: '--staged', description: 'scan the lines that the next commit adds' },
    { flags: '--range <range>', description: 'scan the lines that these commits add' },
    { flags: '--stdin', description: 'scan standard input' },
    { flags: '--baseline <file>', description: 'leave out what this earlier report names' },
    {
      flags: '--format <format>',
      description: 'text, json or sarif (default: text)',
      values: ['text', 'json', 'sarif'],
    },
    PROGRESS_OPTION,
    { flags: '--json', description: 'the same as --format json' },
  ],
  example: 'scan --staged',
  run: async (call) => {
    const format = pickFormat(call);
    const target = await pickTarget(call);
    const { baseline } = call.options;
    const scanned = await scanPaths(call.caller, target, (files) =>
      call.out.progress(`${String(files)} files`),
    );
    call.out.progress('');
    const report =
      typeof baseline === 'string' ? await afterBaseline(call.caller, baseline, scanned) : scanned;
    call.out.write(formatReport(report, format));
    return report.findings.length === 0 ? 0 : 1;
  },
};

function pickFormat({ options }: Invocation): Format {
  const format = options['format'] ?? (options['json'] === true ? 'json' : 'text');
  if (format === 'text' || format === 'json' || format === 'sarif') return format;
  throw new Fault('USAGE', `unknown format ${String(format)}`, { fix: 'use text, json or sarif' });
}

async function pickTarget({ options, words }: Invocation): Promise<ScanTarget> {
  const asked = ['staged', 'range', 'stdin'].filter((name) => options[name] !== undefined);
  if (asked.length + Number(words.length > 0) > 1)
    throw new Fault('USAGE', 'paths, --staged, --range and --stdin exclude each other', {
      fix: 'see aitrail scan --help',
    });
  const { range } = options;
  if (typeof range === 'string') return { kind: 'range', range };
  if (options['staged'] === true) return { kind: 'staged' };
  if (options['stdin'] === true) return { kind: 'text', bytes: await readStandardInput() };
  return { kind: 'paths', paths: words };
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function formatReport(report: ScanReport, format: Format): string {
  switch (format) {
    case 'text':
      return formatScanText(report);
    case 'json':
      return formatScanJson(report);
    case 'sarif':
      return formatScanSarif(report, readVersion());
  }
}
