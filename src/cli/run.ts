// aitrail run: an agent in a recorded session.
import { runAgent } from '../flow/session/run-agent.ts';
import { Fault, isFault } from '../model/fault.ts';
import { faultLines } from '../print/fault-lines.ts';
import { runLines } from '../print/proxy-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { entryScript } from './entry.ts';

/** env(1): 125 where the tool itself fails, 126 and 127 where the command does. */
const OWN_FAILURE = 125;

export const commands: readonly CommandSpec[] = [
  {
    name: 'run',
    usage: '[command...]',
    summary: 'run an agent with its model traffic recorded',
    options: [
      {
        flags: '--agent <name>',
        description: 'what the command is, where its name does not say it (claude-code, codex …)',
      },
      {
        flags: '--resolve',
        description:
          'give the command the values behind placeholders in its environment and in .env, from the vault',
      },
    ],
    example: 'run -- true',
    takesForeignFlags: true,
    run,
  },
];

async function run({ caller, words, options, out }: Invocation): Promise<number> {
  if (words.length === 0)
    throw new Fault('USAGE', 'no command was given', { fix: 'aitrail run -- COMMAND…' });
  const agent = typeof options['agent'] === 'string' ? options['agent'] : null;
  try {
    const request = {
      command: words,
      agent,
      script: entryScript(),
      resolves: options['resolve'] === true,
      notify: (line: string) => out.note(`aitrail: ${line}\n`),
    };
    const { exit, summary, failure } = await runAgent(caller, request);
    if (failure !== null) {
      const fault = new Fault('COMMAND_NOT_FOUND', `${words[0] ?? ''} cannot be run: ${failure}`);
      out.note(faultLines(fault, false));
    } else
      out.note(
        summary === null ? 'aitrail: the daemon has gone: aitrail proxy logs\n' : runLines(summary),
      );
    return exit;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    out.note(faultLines(thrown, caller.env['AITRAIL_DEBUG'] === '1'));
    return OWN_FAILURE;
  }
}
