// aitrail search: what recordings hold. So far: secrets that were masked, by kind.
import { findMasked } from '../flow/mask/find-masked.ts';
import { Fault } from '../model/fault.ts';
import { maskedDocument, maskedLines } from '../print/masked-lines.ts';
import type { CommandSpec } from './command.ts';
import { printDocument } from './output.ts';
import { FILTER_OPTIONS, parseFilter } from './session-filter.ts';

export const command: CommandSpec = {
  name: 'search',
  usage: '',
  summary: 'find masked secrets in recordings, and when each was first seen',
  options: [
    { flags: '--masked <kind>', description: 'a rule such as github-pat, or one placeholder' },
    ...FILTER_OPTIONS,
    { flags: '--json', description: 'one JSON document' },
  ],
  example: 'search --masked github-pat',
  run: async ({ caller, options, out }) => {
    const { masked } = options;
    if (typeof masked !== 'string')
      throw new Fault('USAGE', 'search: nothing to look for', {
        fix: 'name a kind of secret: aitrail search --masked github-pat',
      });
    const found = await findMasked(caller, masked, parseFilter(options));
    if (options['json'] === true) printDocument(out, maskedDocument(found));
    else out.write(maskedLines(found));
    return 0;
  },
};
