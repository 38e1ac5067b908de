// aitrail demo: the whole idea in one run.
import { runDemo } from '../flow/demo/run-demo.ts';
import type { CommandSpec } from './command.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'demo',
    usage: '',
    summary: 'show the whole idea in a temporary repository with a scripted model',
    options: [
      { flags: '--keep', description: 'leave the repository in place and print where it is' },
    ],
    example: 'demo',
    run: async ({ caller, options, out }) => {
      const bold = (text: string): string => (out.isColour ? `\u001B[1m${text}\u001B[22m` : text);
      const faint = (text: string): string => (out.isColour ? `\u001B[2m${text}\u001B[22m` : text);
      const { directory, tookMs } = await runDemo(caller, {
        isKept: options['keep'] === true,
        onStep: ({ tell, command }) =>
          out.write(`\n${faint(`# ${tell}`)}\n${bold(`$ ${command}`)}\n`),
      });
      const seconds = (tookMs / 1000).toFixed(1);
      out.write(
        `\n${faint(`# Done in ${seconds} s. In a repository of your own: aitrail init`)}\n`,
      );
      if (options['keep'] === true) out.write(`${directory}\n`);
      return 0;
    },
  },
];
