// aitrail sessions: what was recorded, newest first.
import { findSessions } from '../flow/find-sessions.ts';
import { sessionLines, sessionsDocument } from '../print/session-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec } from './command.ts';
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
];
