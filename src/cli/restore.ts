// aitrail restore: a backup in the place of the store.
import { restore } from '../flow/keep/backup.ts';
import { backupDocument } from '../print/backup-lines.ts';
import type { CommandSpec } from './command.ts';
import { printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'restore',
    usage: '<file>',
    summary:
      'put a backup in the place of the recordings; the log goes on and says so; not for agents',
    options: [{ flags: '--json', description: 'one JSON document' }],
    example: 'restore aitrail-backup.db',
    run: async ({ caller, words, options, out }) => {
      const facts = await restore(caller, words[0] ?? '');
      if (options['json'] === true) printDocument(out, backupDocument('restore', facts));
      else
        out.write(
          `restored ${facts.size} leaves of ${facts.origin} as of ${new Date(facts.atMs).toISOString()}; the log goes on under a key of its own\n`,
        );
      return 0;
    },
  },
];
