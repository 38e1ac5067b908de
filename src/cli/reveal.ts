// aitrail reveal: a masked value, for its owner.
import { revealValue } from '../flow/mask/reveal-value.ts';
import type { CommandSpec } from './command.ts';
import { printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'reveal',
    usage: '<placeholder>',
    summary: 'print the value that a placeholder stands for; not for agents',
    options: [{ flags: '--json', description: 'one JSON document' }],
    example: 'reveal AITRAIL_github_pat_0a1b2c3d',
    run: async ({ caller, words, options, out }) => {
      const [placeholder = ''] = words;
      const value = await revealValue(caller, placeholder);
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.reveal/1', placeholder, value });
      else out.write(`${value}\n`);
      return 0;
    },
  },
];
