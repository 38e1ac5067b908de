// aitrail incident: everything recorded about one leaked value. The value comes on standard input, never as an argument:
// those stand in the shell's history and in the list of processes.
import { text } from 'node:stream/consumers';
import { traceValue, type Leak } from '../flow/incident/trace-value.ts';
import { Fault } from '../model/fault.ts';
import { incidentDocument, incidentLines } from '../print/incident-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { printDocument } from './output.ts';
import { percent, PROGRESS_OPTION } from './progress.ts';

/** Shorter values stand everywhere by accident. */
const CHARACTERS_MIN = 6;
const PLACEHOLDER = /^AITRAIL_[a-z0-9_]+_[0-9a-f]{8}$/;

export const commands: readonly CommandSpec[] = [
  {
    name: 'incident',
    isReading: true,
    usage: '[placeholder]',
    summary: 'say where a leaked value came from, where it went, and what is clean',
    options: [
      { flags: '--stdin', description: 'read the value itself from standard input' },
      PROGRESS_OPTION,
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'incident AITRAIL_github_pat_0a1b2c3d',
    run,
  },
];

async function run(call: Invocation): Promise<number> {
  const { caller, options, out } = call;
  const leak = await readLeak(call);
  out.progress('looking through recordings, commits and files');
  const incident = await traceValue(caller, leak, (done, all) =>
    out.progress(`looking through recordings: ${percent(done, all)}; commits and files`),
  );
  out.progress('');
  if (options['json'] === true) printDocument(out, incidentDocument(incident));
  else out.write(incidentLines(incident, pickStyle(out.isColour)));
  return 0;
}

async function readLeak({ words, options, out }: Invocation): Promise<Leak> {
  const [placeholder] = words;
  const isStdin = options['stdin'] === true;
  if (isStdin === (placeholder !== undefined))
    throw new Fault('USAGE', 'incident: name one placeholder, or give the value with --stdin', {
      fix: 'aitrail incident --stdin < FILE, or aitrail incident PLACEHOLDER',
    });
  if (placeholder !== undefined) {
    if (PLACEHOLDER.test(placeholder)) return { kind: 'placeholder', placeholder };
    // a value typed here would be printed with the error, and stands in the shell's history already
    throw new Fault('USAGE', 'incident: that is no placeholder', {
      fix: 'give a value on standard input: aitrail incident --stdin; and take it out of the history of your shell',
    });
  }
  if (out.isInteractive) out.note('type or paste the value, then Ctrl-D\n');
  const value = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (value.length >= CHARACTERS_MIN) return { kind: 'value', value };
  throw new Fault(
    'USAGE',
    `incident: a value of ${String(value.length)} characters stands everywhere`,
    {
      fix: `give all of it: at least ${String(CHARACTERS_MIN)} characters`,
    },
  );
}
