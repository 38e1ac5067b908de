// aitrail audit [range]
import { auditRange } from '../flow/attribute/audit-range.ts';
import { auditDocument, auditText, countLines } from '../print/audit-lines.ts';
import type { CommandSpec } from './command.ts';
import { printDocument } from './output.ts';
import { percent, PROGRESS_OPTION } from './progress.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'audit',
    usage: '[range]',
    summary: 'hold signed notes against the recordings; name every line on which they contradict',
    options: [PROGRESS_OPTION, { flags: '--json', description: 'one JSON document' }],
    example: 'audit HEAD',
    run: async ({ caller, words, options, out }) => {
      const audit = await auditRange(caller, words[0] ?? null, (done, all) =>
        out.progress(`holding commits against recordings: ${percent(done, all)}`),
      );
      out.progress('');
      if (options['json'] === true) printDocument(out, auditDocument(audit));
      else out.write(auditText(audit));
      if (countLines(audit, 'contradiction') > 0) return 1;
      // what was not recorded here, or not attested at all, could not be audited here
      const isOpen = audit.commits.some(({ isAttested }) => !isAttested);
      return isOpen || countLines(audit, 'elsewhere') > 0 ? 3 : 0;
    },
  },
];
