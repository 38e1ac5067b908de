// aitrail replay: a conversation told again.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pickConversation } from '../flow/pages/pick-conversation.ts';
import { replaySession } from '../flow/show/replay-session.ts';
import type { Conversation } from '../model/conversation.ts';
import { Fault } from '../model/fault.ts';
import { replayDocument, replayPieces } from '../print/replay-lines.ts';
import { replaySteps } from '../print/replay-steps.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { isLeafable, outputColumns, printDocument } from './output.ts';
import { PAGE_OPTIONS, servePages } from './serve-pages.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'replay',
    isReading: true,
    usage: '<record>',
    summary: 'tell a session again, or the sessions behind a commit',
    options: [
      {
        flags: '--speed <factor>',
        description: "keep the model's pauses: 1 as they were, 10 ten times as fast",
      },
      { flags: '--plain', description: 'print it all at once, also on a terminal' },
      { flags: '--json', description: 'one JSON document' },
      { flags: '--web', description: 'the same in a browser' },
      { flags: '--html <file>', description: 'one file that opens offline, for a browser' },
      ...PAGE_OPTIONS,
    ],
    example: 'replay HEAD',
    run: async (call) => {
      const speed = parseSpeed(call.options['speed']);
      if (call.options['web'] === true) return browse(call);
      const { html } = call.options;
      if (typeof html === 'string') return writeFileOf(call, html);
      const conversations = await replaySession(call.caller, call.words[0] ?? '');
      if (call.options['json'] === true) printDocument(call.out, replayDocument(conversations));
      else if (isLeafed(call)) await leafThrough(call, conversations);
      else await tell(call, conversations, speed);
      return 0;
    },
  },
];

async function browse(call: Invocation): Promise<number> {
  const picked = await pickConversation(call.caller, call.words[0] ?? '');
  for (const other of picked.others) call.out.note(`also behind it: session ${other}\n`);
  const at = picked.exchange === null ? '' : `?at=${picked.exchange}`;
  return servePages(call, `/session/${picked.session}${at}`);
}

async function writeFileOf({ caller, words, out }: Invocation, file: string): Promise<number> {
  const { writeReplay } = await import('../site/replay-file.ts'); // for this alone
  const document = await writeReplay(caller, words[0] ?? '');
  try {
    await writeFile(resolve(caller.cwd, file), document, { mode: 0o600 });
  } catch (cause) {
    throw new Fault('USAGE', `--html: ${file} cannot be written`, {
      cause,
      fix: 'name a file in a directory that is there',
    });
  }
  out.note(`written to ${file}\n`);
  return 0;
}

const isLeafed = ({ options, out }: Invocation): boolean =>
  isLeafable(out) && options['speed'] === undefined && options['plain'] !== true;

async function leafThrough(
  { out }: Invocation,
  conversations: readonly Conversation[],
): Promise<void> {
  const style = pickStyle(out.isColour);
  const { showReplay } = await import('../ui/replay-screen.tsx'); // ink takes 0.4 s to load
  await showReplay({
    stepsFor: (width) => replaySteps(conversations, { width, style, linesMax: Infinity }),
  });
}

async function tell(
  { out }: Invocation,
  conversations: readonly Conversation[],
  speed: number | null,
): Promise<void> {
  const page = { width: outputColumns(out), style: pickStyle(out.isColour), linesMax: 40 };
  for (const conversation of conversations)
    for (const { waitMs, text } of replayPieces(conversation, page)) {
      if (speed !== null && waitMs > 0) await wait(waitMs / speed);
      out.write(text);
    }
}

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
