// What the person said last, without what clients put around it: reminders, environment, tool results.
import type { Block, Message } from '../model/wire.ts';

/** Elements that clients add to a person's message. */
const ADDED = [
  'system-reminder',
  'environment_context',
  'environment_details',
  'user_instructions',
  'session_context',
  'task-notification',
  'local-command-stdout',
  'local-command-caveat',
  'command-name',
  'command-message',
  'permissions instructions',
  'collaboration_mode',
  'skills_instructions',
  'INSTRUCTIONS',
  'turn_aborted',
  'current_datetime',
  'reminder',
];
const ELEMENT = new RegExp(
  ADDED.map((name) => String.raw`<${name}\b[^>]*>[\s\S]*?(?:</${name}>|$)`).join('|'),
  'g',
);
const WRAPPER = /<\/?(?:task|user_message|user_query|command-args)>/g;
const NOT_SAID =
  /^(?:# AGENTS\.md instructions|\[Request interrupted by user|Caveat: The messages below|This is the Gemini CLI\b|\[ERROR\] You did not use a tool)/;

/** @returns null where no message of the conversation holds words of a person. */
export function lastUserTurn(messages: readonly Message[]): string | null {
  for (const message of messages.toReversed()) {
    if (message.role !== 'user') continue;
    const text = wordsOf(message);
    if (text !== '') return text;
  }
  return null;
}

const wordsOf = (message: Message): string =>
  message.blocks
    .map((block) => (block.kind === 'text' ? ownWords(block.text) : ''))
    .filter((text) => text !== '')
    .join('\n');

function ownWords(text: string): string {
  const bare = text.includes('<') ? text.replace(ELEMENT, '').replace(WRAPPER, '') : text;
  const rest = bare.trim();
  return NOT_SAID.test(rest) ? '' : rest;
}

/** What the newest turn brings: a person's own words and results of tools, never what earlier turns brought. */
export function newestTexts(messages: readonly Message[]): readonly string[] {
  const last = messages.findLastIndex((message) => message.role === 'assistant');
  return messages
    .slice(last + 1)
    .filter((message) => message.role !== 'system')
    .flatMap((message) => message.blocks.map(textOfBlock))
    .filter((text) => text !== '');
}

/** More than this is a client's doing: whole files, sent along with each turn. */
const TOLD_CHARS_MAX = 32_000;

/**
 * What a person gave to the model in the newest turn that may be repeated: code, a text.
 *
 * @returns null where the turn is no person's, or of one line only.
 */
export function findTold(messages: readonly Message[]): string | null {
  const last = messages.findLastIndex((message) => message.role === 'assistant');
  const words = messages
    .slice(last + 1)
    .filter((message) => message.role === 'user')
    .map(wordsOf)
    .filter((text) => text !== '')
    .join('\n');
  return words.includes('\n') && words.length <= TOLD_CHARS_MAX ? words : null;
}

function textOfBlock(block: Block): string {
  if (block.kind === 'tool-result') return block.result.text;
  return block.kind === 'text' ? ownWords(block.text) : '';
}
