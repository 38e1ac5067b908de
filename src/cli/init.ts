// aitrail init: sets up the repository that one stands in.
import { createInterface } from 'node:readline/promises';
import { initRepository } from '../flow/setup/init-repository.ts';
import { setUpLines } from '../print/set-up-lines.ts';
import type { CommandSpec, Invocation, Terminal } from './command.ts';
import { entryScript } from './entry.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'init',
    usage: '',
    summary: 'set up this repository: hooks, signing identity, configuration, notes',
    options: [
      {
        flags: '--agent <names>',
        description:
          'lead these clients here by their own settings, without `aitrail run`: claude-code, codex, opencode',
        values: ['claude-code', 'codex', 'opencode'],
      },
      {
        flags: '--client-hooks',
        description:
          "with --agent: have the client's own hooks say what became of its last call, where no request does (claude-code)",
      },
      { flags: '--json', description: 'print one JSON document' },
    ],
    example: 'init --agent claude-code',
    run: async ({ caller, options, out }) => {
      const isJson = options['json'] === true;
      const report = await initRepository(caller, {
        settle: {
          agents: namesIn(options['agent']),
          script: entryScript(),
          reports: options['clientHooks'] === true,
        },
        askNotesPush: () => (isJson ? Promise.resolve(true) : askNotesPush(out)),
      });
      if (isJson) out.write(`${JSON.stringify({ schema: 'aitrail.init/1', ...report })}\n`);
      else
        out.write(
          setUpLines(report, caller.cwd)
            .map((line) => `${line}\n`)
            .join(''),
        );
      return 0;
    },
  },
];

const namesIn = (option: Invocation['options'][string]): readonly string[] =>
  typeof option === 'string'
    ? option
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
    : [];

/** What CLI.md calls public is only asked for where somebody can answer. */
async function askNotesPush(out: Terminal): Promise<boolean> {
  if (!out.isInteractive || !out.isTty) return true;
  const question = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await question.question(
      'Send provenance with your pushes (agent, model, times, signer, line ranges and digests, never text)? [Y/n] ',
    );
    return !/^\s*n/i.test(answer);
  } finally {
    question.close();
  }
}
