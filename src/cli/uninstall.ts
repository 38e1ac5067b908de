// aitrail uninstall: takes back what init did.
import { noteAgent } from '../flow/session/refuse-agent.ts';
import { uninstallRepository } from '../flow/setup/uninstall-repository.ts';
import { takeDownLines } from '../print/set-up-lines.ts';
import type { CommandSpec } from './command.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'uninstall',
    usage: '',
    summary: 'take back what init did; recordings, keys and notes stay',
    options: [{ flags: '--json', description: 'print one JSON document' }],
    example: 'uninstall',
    run: async ({ caller, options, out }) => {
      await noteAgent(caller, 'uninstall');
      const report = await uninstallRepository(caller);
      if (options['json'] === true)
        out.write(`${JSON.stringify({ schema: 'aitrail.uninstall/1', ...report })}\n`);
      else
        out.write(
          takeDownLines(report)
            .map((line) => `${line}\n`)
            .join(''),
        );
      return 0;
    },
  },
];
