// aitrail export [range]: recordings, or what commits' signed notes say, for other programs.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { exportExchanges } from '../flow/show/export-exchanges.ts';
import { exportNotes, type ExportQuery, type NotesFormat } from '../flow/attest/export-notes.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { exchangeLine } from '../print/export-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { FILTER_OPTIONS, parseFilter } from './session-filter.ts';

/** Takes the next piece of text; resolves when there is room for another. */
type Sink = (text: string) => Promise<void>;

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
    const { out } = options;
    if (typeof out === 'string')
      await writeWhole(resolve(caller.cwd, out), (sink) => run(caller, query, sink));
    else await run(caller, query, toTerminal(call));
    return 0;
  },
};

/** A pipe that is read slowly holds the reading of the store up, not the memory. */
const toTerminal =
  ({ out }: Invocation): Sink =>
  async (text) => {
    out.write(text);
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  };

/** The file is there when all of it is, or as it was before. @throws Fault OUT_UNWRITABLE. */
async function writeWhole(path: string, fill: (sink: Sink) => Promise<void>): Promise<void> {
  const draft = `${path}.${String(process.pid)}.part`;
  const file = createWriteStream(draft, { mode: 0o600, flags: 'wx' });
  const opened = once(file, 'open').catch((cause: unknown) => {
    throw new Fault('OUT_UNWRITABLE', `${path} cannot be written`, { cause });
  });
  await opened;
  try {
    await fill(async (text) => {
      if (!file.write(text)) await once(file, 'drain');
    });
    file.end();
    await finished(file);
    await rename(draft, path);
  } catch (thrown) {
    file.destroy();
    await rm(draft, { force: true });
    throw thrown;
  }
}
