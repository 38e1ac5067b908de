// aitrail backup: the recordings and their log in one file.
import { backUp } from '../flow/keep/backup.ts';
import { backupDocument } from '../print/backup-lines.ts';
import type { CommandSpec } from './command.ts';
import { printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'backup',
    isReading: true,
    usage: '<file>',
    summary: 'copy recordings and log into one file, while they are being written',
    options: [{ flags: '--json', description: 'one JSON document' }],
    example: 'backup aitrail-backup.db',
    run: async ({ caller, words, options, out }) => {
      const [file = ''] = words;
      const facts = await backUp(caller, file);
      if (options['json'] === true) printDocument(out, backupDocument('backup', facts));
      else
        out.write(
          `copied a log of ${facts.size} leaves to ${file}; it holds recordings and no private key\n`,
        );
      return 0;
    },
  },
];
