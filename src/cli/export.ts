// aitrail export [range]: recordings, or what commits' signed notes say, for other programs.
import { exportExchanges } from '../flow/show/export-exchanges.ts';
import { exportNotes, type ExportQuery, type NotesFormat } from '../flow/attest/export-notes.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { exchangeLine } from '../print/export-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { exportLog, LOG_FORMATS, LOG_OPTIONS, type LogFormat } from './export-log.ts';
import { PROGRESS_OPTION } from './progress.ts';
import { FILTER_OPTIONS, parseFilter } from './session-filter.ts';
import { writeOut, type Sink } from './write-out.ts';

type Export = (caller: Caller, query: ExportQuery, sink: Sink) => Promise<void>;

const notes =
  (format: NotesFormat): Export =>
  async (caller, query, sink) => {
    for (const text of await exportNotes(caller, format, query)) await sink(text);
  };

const FORMATS: Readonly<Record<string, Export>> = {
  jsonl: (caller, query, sink) => exportExchanges(caller, query, (one) => sink(exchangeLine(one))),
  'agent-trace': notes('agent-trace'),
  'git-ai': notes('git-ai'),
  'in-toto': notes('in-toto'),
};

const MISPLACED = new Fault(
  'USAGE',
  '--follow and --cursor are for jsonl and otlp without a range, --to is for otlp',
  { fix: 'aitrail export --format otlp --follow --to http://127.0.0.1:4318' },
);

export const command: CommandSpec = {
  name: 'export',
  isReading: true,
  usage: '[range]',
  summary: 'recordings, or the provenance of commits, in formats that other programs read',
  options: [
    {
      flags: '--format <name>',
      description:
        'jsonl (the default): recorded exchanges; otlp: facts of them and events, for collectors; agent-trace: a record per commit; git-ai: refs/notes/ai for git fast-import; in-toto: signed envelopes',
      values: [...Object.keys(FORMATS), 'otlp'],
    },
    ...FILTER_OPTIONS,
    ...LOG_OPTIONS,
    PROGRESS_OPTION,
    { flags: '--out <file>', description: 'a file, which only you can read; else standard output' },
  ],
  example: 'export HEAD --format agent-trace --out trace.jsonl',
  run: async (call) => {
    const { options, words, caller } = call;
    const name = String(options['format'] ?? 'jsonl');
    const range = words[0] ?? null;
    const format = pickLogged(call, name);
    if (format !== null) {
      await exportLog(call, format);
      return 0;
    }
    const run = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
    if (run === undefined)
      throw new Fault(
        'USAGE',
        `--format: ${name} is none of ${Object.keys(FORMATS).join(', ')}, otlp`,
      );
    const query = { range, filter: parseFilter(options) };
    await writeOut(call, (sink) => run(caller, query, sink));
    return 0;
  },
};

/** null where it is not told in the order of the log. @throws Fault USAGE. */
function pickLogged({ options, words }: Invocation, name: string): LogFormat | null {
  const isLogged = ['follow', 'cursor', 'to'].some((each) => options[each] !== undefined);
  const format = LOG_FORMATS.find((each) => each === name) ?? null;
  if (format === null || (format === 'jsonl' && !isLogged)) {
    if (!isLogged) return null;
    throw MISPLACED;
  }
  if (words.length > 0 || (format === 'jsonl' && options['to'] !== undefined)) throw MISPLACED;
  return format;
}
