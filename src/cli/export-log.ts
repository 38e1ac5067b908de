// aitrail export in the order of the log: for collectors, and to go on where an earlier run ended.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { followLog, type TakeRecords } from '../flow/export/follow-log.ts';
import { formatLogs, openLogSender } from '../flow/export/send-logs.ts';
import { readTurn } from '../flow/show/read-turn.ts';
import { Fault } from '../model/fault.ts';
import { exchangeLine, eventLine } from '../print/export-lines.ts';
import type { Invocation, OptionSpec } from './command.ts';
import { openFollowing } from './follow.ts';
import { parseFilter } from './session-filter.ts';
import { writeOut, type Sink } from './write-out.ts';

export const LOG_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--follow',
    description: 'jsonl, otlp: go on with what is recorded from now on, until Ctrl-C',
  },
  {
    flags: '--cursor <file>',
    description: 'jsonl, otlp: begin where this file says, and keep in it how far it went',
  },
  {
    flags: '--to <url>',
    description:
      'otlp: send to this receiver (OTLP over HTTP), with the headers of OTEL_EXPORTER_OTLP_HEADERS',
  },
];

export const LOG_FORMATS = ['jsonl', 'otlp'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** @throws Fault USAGE, OUT_UNWRITABLE, STORE_UNREADABLE, UPSTREAM_UNREACHABLE, UPSTREAM_NONSENSE. */
export async function exportLog(call: Invocation, format: LogFormat): Promise<void> {
  const { caller, options } = call;
  const following = options['follow'] === true ? openFollowing() : null;
  const stop = following?.stop ?? null;
  const cursor = openCursor(call);
  const from = await cursor.read();
  const filter = parseFilter(options);
  const run = async (take: TakeRecords): Promise<void> => {
    const keep: TakeRecords = async (records, next, store) => {
      await take(records, next, store);
      await cursor.write(next);
    };
    await followLog(caller, { from, filter, stop }, keep);
  };
  try {
    const to = options['to'];
    if (typeof to === 'string') await sendTo(call, readUrl(to), { stop, run });
    else if (following !== null && options['out'] !== undefined)
      throw new Fault('USAGE', '--follow and --out exclude each other', {
        fix: 'lead standard output into the file: aitrail export --follow > FILE',
      });
    else await writeOut(call, (sink) => run(takeInto(sink, format)));
  } finally {
    following?.close();
  }
}

async function sendTo(
  { caller, out }: Invocation,
  url: URL,
  work: { readonly stop: AbortSignal | null; readonly run: (take: TakeRecords) => Promise<void> },
): Promise<void> {
  const headers = caller.env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '';
  const warn = (line: string): void => out.note(`${line}\n`);
  const sender = openLogSender(caller, { url, headers, stop: work.stop, warn });
  try {
    await work.run((records) => sender.send(records));
  } finally {
    await sender.close();
  }
}

const takeInto =
  (sink: Sink, format: LogFormat): TakeRecords =>
  async (records, _next, store) => {
    if (format === 'otlp') {
      if (records.length > 0) await sink(`${formatLogs(records)}\n`);
      return;
    }
    for (const record of records) {
      if (record.kind === 'event') await sink(eventLine(record.event, record.log));
      else {
        const turn = await readTurn(store, record.exchange, new Set());
        await sink(exchangeLine({ ...record, turn }));
      }
    }
  };

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Fault('USAGE', `--to: ${text} is no http or https URL`, {
    fix: 'name a receiver: --to http://127.0.0.1:4318',
  });
}

interface Cursor {
  /** @returns the log index to begin at. */
  readonly read: () => Promise<number>;
  readonly write: (next: number) => Promise<void>;
}

function openCursor({ caller, options }: Invocation): Cursor {
  const named = options['cursor'];
  if (typeof named !== 'string')
    return { read: () => Promise.resolve(0), write: () => Promise.resolve() };
  const path = resolve(caller.cwd, named);
  return {
    read: async () => {
      const text = await readFile(path, 'utf8').catch(() => '0\n'); // the first run makes it
      if (/^\d{1,15}\n?$/.test(text)) return Number(text);
      throw new Fault('USAGE', `--cursor: ${path} holds no log index`, {
        fix: 'name another file, or one that an earlier export wrote',
      });
    },
    write: async (next) => {
      try {
        // whole or not at all: half a number would begin somewhere else
        await writeFile(`${path}.part`, `${String(next)}\n`, { mode: 0o600 });
        await rename(`${path}.part`, path);
      } catch (cause) {
        throw new Fault('OUT_UNWRITABLE', `${path} cannot be written`, { cause });
      }
    },
  };
}
