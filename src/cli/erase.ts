// aitrail erase: takes away what was recorded of a person or session.
import { eraseRecordings } from '../flow/keep/erase.ts';
import { removableDocument, removedLines } from '../print/removal-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { printDocument } from './output.ts';
import { PROGRESS_OPTION } from './progress.ts';
import { momentOf } from './session-filter.ts';

const textOf = ({ options }: Invocation, name: string): string | null => {
  const value = options[name];
  return typeof value === 'string' ? value : null;
};

export const commands: readonly CommandSpec[] = [
  {
    name: 'erase',
    usage: '',
    summary: 'take away for good what was recorded of a person or session',
    options: [
      { flags: '--user <name>', description: 'a whole name or mail address' },
      { flags: '--session <id>', description: 'one session' },
      { flags: '--before <time>', description: 'only what began before: a date, or an age' },
      { flags: '--dry-run', description: 'only say what would go' },
      PROGRESS_OPTION,
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'erase --user ada@example.com --before 2026-01-01 --dry-run',
    run: async (call) => {
      const { caller, options, out } = call;
      const [user, session] = [textOf(call, 'user'), textOf(call, 'session')];
      out.progress('looking for what is to go');
      const before = textOf(call, 'before');
      const erased = await eraseRecordings(caller, {
        user,
        session,
        beforeMs: before === null ? null : momentOf('--before', before),
        isDryRun: options['dryRun'] === true,
        onStep: (gone) => out.progress(`${String(gone)} exchanges taken away`),
      });
      out.progress('');
      const { found, exchanges, isDryRun } = erased;
      if (options['json'] === true)
        printDocument(out, {
          schema: 'aitrail.erase/1',
          dryRun: isDryRun,
          gone: exchanges,
          ...removableDocument(found),
        });
      else out.write(removedLines(found, erased));
      if (exchanges > 0) out.note('backups that you made keep it; notes in git hold no text\n');
      return 0;
    },
  },
];
