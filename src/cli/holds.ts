// aitrail sessions hold, release, holds: what nothing may take away.
import { holdSession, listHolds, releaseSession } from '../flow/keep/hold-session.ts';
import { Fault } from '../model/fault.ts';
import { holdDocument, holdLines } from '../print/removal-lines.ts';
import type { CommandSpec } from './command.ts';
import { printDocument } from './output.ts';

const JSON_OPTION = { flags: '--json', description: 'one JSON document' } as const;

export const holdCommands: readonly CommandSpec[] = [
  {
    name: 'sessions hold',
    usage: '<session>',
    summary: 'keep a session, whatever retention says, until it is released (legal hold)',
    options: [{ flags: '--reason <text>', description: 'why: it is asked for later' }, JSON_OPTION],
    example: 'sessions hold s0123456789 --reason "case 42"',
    run: async ({ caller, words, options, out }) => {
      const { reason } = options;
      if (typeof reason !== 'string' || reason.trim() === '')
        throw new Fault('USAGE', 'sessions hold: a hold needs a reason', {
          fix: 'aitrail sessions hold ID --reason "case 42"',
        });
      const session = await holdSession(caller, words[0] ?? '', reason);
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.hold/1', session, held: true, reason });
      else out.write(`held ${session}: neither prune nor erase takes it away\n`);
      return 0;
    },
  },
  {
    name: 'sessions release',
    usage: '<session>',
    summary: 'end a hold: retention counts again; not for agents',
    options: [JSON_OPTION],
    example: 'sessions release s0123456789',
    run: async ({ caller, words, options, out }) => {
      const session = await releaseSession(caller, words[0] ?? '');
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.hold/1', session, held: false, reason: null });
      else out.write(`released ${session}\n`);
      return 0;
    },
  },
  {
    name: 'sessions holds',
    usage: '',
    summary: 'list what is held, since when and why',
    options: [JSON_OPTION],
    example: 'sessions holds',
    run: async ({ caller, options, out }) => {
      const holds = await listHolds(caller);
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.holds/1', holds: holds.map(holdDocument) });
      else out.write(holdLines(holds));
      return 0;
    },
  },
];
