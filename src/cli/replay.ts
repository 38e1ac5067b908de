// aitrail replay: a conversation told again.
import { setTimeout as wait } from 'node:timers/promises';
import { replaySession } from '../flow/replay-session.ts';
import { Fault } from '../model/fault.ts';
import { replayDocument, replayPieces } from '../print/replay-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { outputColumns, printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'replay',
    usage: '<record>',
    summary: 'tell a session again, or the sessions behind a commit',
    options: [
      {
        flags: '--speed <factor>',
        description: "keep the model's pauses: 1 as they were, 10 ten times as fast",
      },
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'replay HEAD',
    run: async ({ caller, words, options, out }) => {
      const speed = parseSpeed(options['speed']);
      const conversations = await replaySession(caller, words[0] ?? '');
      if (options['json'] === true) {
        printDocument(out, replayDocument(conversations));
        return 0;
      }
      const page = { width: outputColumns(out), style: pickStyle(out.isColour), linesMax: 40 };
      for (const conversation of conversations)
        for (const { waitMs, text } of replayPieces(conversation, page)) {
          if (speed !== null && waitMs > 0) await wait(waitMs / speed);
          out.write(text);
        }
      return 0;
    },
  },
];

/** @returns null: no pauses. @throws Fault USAGE. */
function parseSpeed(given: Invocation['options'][string]): number | null {
  if (typeof given !== 'string') return null;
  const speed = /^\d+(\.\d+)?$/.test(given) ? Number(given) : 0;
  if (speed <= 0)
    throw new Fault('USAGE', `--speed: ${given} is not a number above 0`, {
      fix: 'write 1 for the pauses as they were, 10 for ten times as fast',
    });
  return speed;
}
