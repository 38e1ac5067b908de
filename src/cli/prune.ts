// aitrail prune: takes recordings away by age.
import { pruneRecordings } from '../flow/keep/prune.ts';
import { Fault } from '../model/fault.ts';
import { parseAge } from '../model/moment.ts';
import { pruneDocument, prunedLines } from '../print/removal-lines.ts';
import type { CommandSpec } from './command.ts';
import { printDocument } from './output.ts';
import { PROGRESS_OPTION } from './progress.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'prune',
    usage: '',
    summary:
      'take away recordings older than retention: lets them be; the daemon does it by itself',
    options: [
      { flags: '--older-than <age>', description: 'another age, for example 90d or 12w' },
      { flags: '--dry-run', description: 'only say what would go' },
      PROGRESS_OPTION,
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'prune --older-than 90d --dry-run',
    run: async ({ caller, options, out }) => {
      const { olderThan } = options;
      const age = typeof olderThan === 'string' ? olderThan : null;
      const olderThanMs = age === null ? null : parseAge(age);
      if (age !== null && olderThanMs === null)
        throw new Fault('USAGE', `--older-than: ${age} is not an age`, {
          fix: 'write 90d, 12w or 36h',
        });
      const onStep = (gone: number): void => out.progress(`${String(gone)} exchanges taken away`);
      out.progress('looking for what is too old');
      const pruned = await pruneRecordings(caller, {
        olderThanMs,
        isDryRun: options['dryRun'] === true,
        onStep,
      });
      out.progress('');
      if (options['json'] === true) printDocument(out, pruneDocument(pruned));
      else out.write(prunedLines(pruned));
      return 0;
    },
  },
];
