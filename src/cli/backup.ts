// aitrail backup: the recordings and their log in one file.
import { backUp, measureStore } from '../flow/keep/backup.ts';
import { backupDocument } from '../print/backup-lines.ts';
import type { CommandSpec } from './command.ts';
import { bytesText } from '../print/moments.ts';
import { printDocument } from './output.ts';
import { isLongCopy, PROGRESS_OPTION } from './progress.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'backup',
    isReading: true,
    usage: '<file>',
    summary: 'copy recordings and log into one file, while they are being written',
    options: [PROGRESS_OPTION, { flags: '--json', description: 'one JSON document' }],
    example: 'backup aitrail-backup.db',
    run: async ({ caller, words, options, out }) => {
      const [file = ''] = words;
      const bytes = measureStore(caller);
      // nothing can be said while SQLite copies
      out.progress(`copying ${bytesText(bytes)}`, isLongCopy(bytes));
      const facts = await backUp(caller, file);
      out.progress('');
      if (options['json'] === true) printDocument(out, backupDocument('backup', facts));
      else
        out.write(
          `copied a log of ${facts.size} leaves to ${file}; it holds recordings and no private key\n`,
        );
      return 0;
    },
  },
];
