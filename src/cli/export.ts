// aitrail export [range]: recordings, or what commits' signed notes say, for other programs.
import { exportExchanges } from '../flow/show/export-exchanges.ts';
import { exportNotes, type ExportQuery, type NotesFormat } from '../flow/attest/export-notes.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { exchangeLine } from '../print/export-lines.ts';
import type { CommandSpec } from './command.ts';
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

export const command: CommandSpec = {
  name: 'export',
  usage: '[range]',
  summary: 'recordings, or the provenance of commits, in formats that other programs read',
  options: [
    {
      flags: '--format <name>',
      description:
        'jsonl (the default): recorded exchanges; agent-trace: a record per commit; git-ai: refs/notes/ai for git fast-import; in-toto: signed envelopes',
    },
    ...FILTER_OPTIONS,
    { flags: '--out <file>', description: 'a file, which only you can read; else standard output' },
  ],
  example: 'export HEAD --format agent-trace --out trace.jsonl',
  run: async (call) => {
    const { options, words, caller } = call;
    const name = String(options['format'] ?? 'jsonl');
    const run = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
    if (run === undefined)
      throw new Fault('USAGE', `--format: ${name} is none of ${Object.keys(FORMATS).join(', ')}`);
    const query = { range: words[0] ?? null, filter: parseFilter(options) };
    await writeOut(call, (sink) => run(caller, query, sink));
    return 0;
  },
};
