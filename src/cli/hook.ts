// aitrail hook: what the line in a team's shared hook files calls. The hooks that init writes itself take a shorter way.
import { runHookHere } from '../hooks/run-hook-here.ts';
import { HOOK_NAMES, isHookName } from '../model/hook.ts';
import { Fault } from '../model/fault.ts';
import type { CommandSpec } from './command.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'hook',
    usage: '<name> [args...]',
    summary: 'what installed git hooks call',
    options: [],
    example: 'hook pre-commit',
    takesForeignFlags: true,
    run: async ({ caller, words, out }) => {
      const [hook, ...rest] = words;
      if (!isHookName(hook))
        throw new Fault('USAGE', `there is no hook ${hook ?? ''} of ours`, {
          fix: `name one of: ${HOOK_NAMES.join(', ')}`,
        });
      const { exit, stderr } = await runHookHere({ hook, words: rest, caller });
      out.note(stderr);
      // hooks/run.sh must tell a refusal from a program that could not start
      return exit === 0 ? 0 : Number(caller.env['AITRAIL_HOOK_STATUS'] ?? '1');
    },
  },
];
