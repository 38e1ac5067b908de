// aitrail restore: a backup in the place of the store.
import { measureBackup, restore } from '../flow/keep/backup.ts';
import { backupDocument } from '../print/backup-lines.ts';
import type { CommandSpec } from './command.ts';
import { bytesText } from '../print/moments.ts';
import { plainLine } from '../print/plain-text.ts';
import { printDocument } from './output.ts';
import { isLongCopy, PROGRESS_OPTION } from './progress.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'restore',
    usage: '<file>',
    summary:
      'put a backup in the place of the recordings; the log goes on and says so; not for agents',
    options: [PROGRESS_OPTION, { flags: '--json', description: 'one JSON document' }],
    example: 'restore aitrail-backup.db',
    run: async ({ caller, words, options, out }) => {
      const [file = ''] = words;
      const bytes = measureBackup(caller, file);
      out.progress(`checking and copying ${bytesText(bytes)}`, isLongCopy(bytes));
      const facts = await restore(caller, file);
      out.progress('');
      if (options['json'] === true) printDocument(out, backupDocument('restore', facts));
      else
        out.write(
          `restored ${facts.size} leaves of ${plainLine(facts.origin)} as of ${new Date(facts.atMs).toISOString()}; the log goes on under a key of its own\n`,
        );
      return 0;
    },
  },
];
