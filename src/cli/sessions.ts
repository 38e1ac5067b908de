// aitrail sessions: what was recorded, newest first.
import { findSessions } from '../flow/session/find-sessions.ts';
import { listTeamSessions, stopTeamSession } from '../flow/login/ask-team.ts';
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
    options: [
      ...FILTER_OPTIONS,
      { flags: '--gateway', description: 'of the team one is logged in at, for its auditors' },
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'sessions --since 7d --limit 10',
    run: async ({ caller, options, out }) => {
      const find = options['gateway'] === true ? listTeamSessions : findSessions;
      const sessions = await find(caller, parseFilter(options));
      if (options['json'] === true) printDocument(out, sessionsDocument(sessions));
      else out.write(sessionLines(sessions, outputColumns(out), pickStyle(out.isColour)));
      return 0;
    },
  },
  {
    name: 'sessions stop',
    usage: '<session>',
    summary: 'end a session: its token is dead, what is under way is cut',
    options: [
      { flags: '--gateway', description: 'one of the team one is logged in at, for its admins' },
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'sessions stop s0123456789',
    run: async ({ caller, words, options, out }) => {
      const stop = options['gateway'] === true ? stopTeamSession : stopSession;
      const session = await stop(caller, words[0] ?? '');
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
