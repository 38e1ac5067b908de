// aitrail sessions: what was recorded, newest first.
import { findSessions } from '../flow/session/find-sessions.ts';
import { stopSession } from '../flow/session/stop-session.ts';
import { sessionLines, sessionsDocument } from '../print/session-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec } from './command.ts';
import { holdCommands } from './holds.ts';
import { outputColumns, printDocument } from './output.ts';
import { FILTER_OPTIONS, parseFilter } from './session-filter.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'sessions',
    usage: '',
    summary: 'list recorded sessions, newest first',
    options: [...FILTER_OPTIONS, { flags: '--json', description: 'one JSON document' }],
    example: 'sessions --since 7d --limit 10',
    run: async ({ caller, options, out }) => {
      const sessions = await findSessions(caller, parseFilter(options));
      if (options['json'] === true) printDocument(out, sessionsDocument(sessions));
      else out.write(sessionLines(sessions, outputColumns(out), pickStyle(out.isColour)));
      return 0;
    },
  },
  {
    name: 'sessions stop',
    usage: '<session>',
    summary: 'end a session: its token is dead, what is under way is cut',
    options: [{ flags: '--json', description: 'one JSON document' }],
    example: 'sessions stop s0123456789',
    run: async ({ caller, words, options, out }) => {
      const session = await stopSession(caller, words[0] ?? '');
      if (options['json'] === true)
        printDocument(out, {
          schema: 'aitrail.stopped/1',
          session: session.id,
          grant: session.grant,
        });
      else out.write(`stopped ${session.id}: its token is not taken any more\n`);
      return 0;
    },
  },
  ...holdCommands,
];
