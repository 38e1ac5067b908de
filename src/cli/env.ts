// aitrail env: a session for this shell or CI job.
import { openEnvironment } from '../flow/session/open-environment.ts';
import { Fault } from '../model/fault.ts';
import { envLines, SHELL_NAMES, type ShellName } from '../print/env-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { entryScript } from './entry.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'env',
    usage: '',
    summary: 'open a session and print the variables that lead agents through the proxy',
    options: [
      {
        flags: '--shell <name>',
        description: `how to write them: ${SHELL_NAMES.join(', ')} (default: sh)`,
        values: SHELL_NAMES,
      },
    ],
    example: 'env --shell sh',
    run,
  },
];

async function run({ caller, options, out }: Invocation): Promise<number> {
  const shell = readShell(options['shell']);
  const notify = (line: string): void => out.note(`aitrail: ${line}\n`);
  out.write(envLines(shell, await openEnvironment(caller, entryScript(), notify)));
  return 0;
}

function readShell(value: Invocation['options'][string]): ShellName {
  const shell = SHELL_NAMES.find((name) => name === (value ?? 'sh'));
  if (shell === undefined)
    throw new Fault('USAGE', `${String(value)} is no shell that is known`, {
      fix: `choose one of ${SHELL_NAMES.join(', ')}`,
    });
  return shell;
}
