// aitrail log: the append-only log of recordings.
import { checkLog } from '../flow/log/check-log.ts';
import {
  checkAgainstLog,
  findEvents,
  proveExchange,
  readLogStatus,
  signLogNow,
} from '../flow/log/query-log.ts';
import {
  checkedFileText,
  logStatusText,
  logReportDocument,
  logReportText,
} from '../print/log-lines.ts';
import { eventLines, eventsDocument } from '../print/event-lines.ts';
import type { CommandSpec } from './command.ts';
import { growthCommands } from './log-growth.ts';
import { outputColumns, printDocument } from './output.ts';
import { readText } from './read-text.ts';
import { parseFilter } from './session-filter.ts';

const JSON_OPTION = { flags: '--json', description: 'one JSON document' } as const;

export const commands: readonly CommandSpec[] = [
  {
    name: 'log',
    usage: '',
    summary: 'say where the append-only log of recordings stands',
    options: [JSON_OPTION],
    example: 'log',
    run: async ({ caller, options, out }) => {
      const { signed, reporting } = await readLogStatus(caller);
      const { origin, vkey, size } = signed;
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.log-status/1', origin, vkey, size, reporting });
      else out.write(logStatusText(signed, reporting));
      return 0;
    },
  },
  {
    name: 'log verify',
    usage: '',
    summary: 'recompute the whole log from the records; repair files that were torn',
    options: [JSON_OPTION],
    example: 'log verify',
    run: async ({ caller, options, out }) => {
      const report = await checkLog(caller);
      if (options['json'] === true) printDocument(out, logReportDocument(report));
      else out.write(logReportText(report));
      return 0;
    },
  },
  {
    name: 'log events',
    usage: '',
    summary: 'list what was refused, denied, stopped, held or taken away, newest first',
    options: [
      { flags: '--since <time>', description: 'a date, or an age: 7d, 12h, 30m' },
      { flags: '--limit <count>', description: 'at most that many (default 1000)' },
      {
        flags: '--kind <name>',
        description: 'only these, for example erased; read: who looked at recordings',
      },
      JSON_OPTION,
    ],
    example: 'log events --since 7d',
    run: async ({ caller, options, out }) => {
      const { kind } = options;
      const events = await findEvents(caller, {
        ...parseFilter(options),
        kind: typeof kind === 'string' ? kind : null,
      });
      if (options['json'] === true) printDocument(out, eventsDocument(events));
      else out.write(eventLines(events, outputColumns(out)));
      return 0;
    },
  },
  {
    name: 'log checkpoint',
    usage: '',
    summary: 'sign the log as it is now; keep the text to prove later that nothing was taken back',
    options: [JSON_OPTION],
    example: 'log checkpoint',
    run: async ({ caller, options, out }) => {
      const signed = await signLogNow(caller);
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.checkpoint/1', ...signed });
      else out.write(signed.note);
      return 0;
    },
  },
  {
    name: 'log prove',
    usage: '<exchange>',
    summary: 'print a proof that an exchange is in the log, verifiable offline',
    options: [JSON_OPTION],
    example: 'log prove EXCHANGE',
    run: async ({ caller, words, options, out }) => {
      const proof = await proveExchange(caller, words[0] ?? '');
      if (options['json'] === true) printDocument(out, { schema: 'aitrail.proof/1', ...proof });
      else out.write(proof.proof);
      return 0;
    },
  },
  {
    name: 'log check',
    usage: '<file>',
    summary: 'hold a proof or checkpoint that was kept against this log',
    options: [JSON_OPTION],
    example: 'log check checkpoint.txt',
    run: async ({ caller, words, options, out }) => {
      const checked = await checkAgainstLog(caller, await readText(caller, words[0]));
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.log-check/1', ...checked });
      else out.write(checkedFileText(checked));
      return checked.kind === 'ours' ? 0 : 1;
    },
  },
  ...growthCommands,
];
