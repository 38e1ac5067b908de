// aitrail trace --sarif FILE: any scanner's findings, with who wrote the lines.
import { traceFindings } from '../flow/trace/trace-findings.ts';
import { Fault } from '../model/fault.ts';
import type { Trace } from '../model/trace.ts';
import { pickStyle } from '../print/style.ts';
import { traceDocument, traceSarif, traceSummary, traceText } from '../print/trace-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { readText } from './read-text.ts';
import { writeOut } from './write-out.ts';

const FORMATS = ['sarif', 'text', 'json'] as const;
type Format = (typeof FORMATS)[number];

export const commands: readonly CommandSpec[] = [
  {
    name: 'trace',
    isReading: true,
    usage: '',
    summary: "add agent, model, session, approver and prompt of each line to a scanner's findings",
    options: [
      { flags: '--sarif <file>', description: "the scanner's report, SARIF 2.1.0" },
      {
        flags: '--at <ref>',
        description: 'the revision that was scanned, where the report does not say it',
      },
      {
        flags: '--format <name>',
        description: 'sarif (the default): the same report with more in it; text; json',
        values: FORMATS,
      },
      { flags: '--no-prompts', description: 'leave out what people asked for' },
      {
        flags: '--out <file>',
        description: 'a file, which only you can read; else standard output',
      },
      { flags: '--json', description: 'the same as --format json' },
    ],
    example: 'trace --sarif report.sarif --out traced.sarif',
    run,
  },
];

async function run(call: Invocation): Promise<number> {
  const { caller, options, out } = call;
  const name = options['sarif'];
  if (typeof name !== 'string')
    throw new Fault('USAGE', 'trace: no report is named', {
      fix: 'name one: aitrail trace --sarif report.sarif',
    });
  const format = options['json'] === true ? 'json' : readFormat(options['format'] ?? 'sarif');
  const at = options['at'];
  const text = await readText(caller, name);
  const trace = await traceFindings(caller, {
    name,
    text,
    revision: typeof at === 'string' ? at : null,
  });
  await writeOut(call, (sink) => sink(formatTrace(call, trace, format)));
  if (format === 'sarif') out.note(`${traceSummary(trace.places).join('\n')}\n`);
  return 0;
}

function readFormat(asked: Invocation['options'][string]): Format {
  const format = FORMATS.find((each) => each === asked);
  if (format !== undefined) return format;
  throw new Fault('USAGE', `--format: ${String(asked)} is none of ${FORMATS.join(', ')}`);
}

function formatTrace({ options, out }: Invocation, trace: Trace, format: Format): string {
  const hasPrompts = options['prompts'] !== false;
  const isColour = out.isColour && options['out'] === undefined;
  switch (format) {
    case 'sarif':
      return `${JSON.stringify(traceSarif(trace, hasPrompts), null, 2)}\n`;
    case 'json':
      return `${JSON.stringify(traceDocument(trace, hasPrompts), null, 2)}\n`;
    case 'text':
      return traceText(trace, pickStyle(isColour), hasPrompts);
  }
}
