// What tool results showed of files: text that stood there before the model wrote. Also the old text of replacements,
// where they succeeded: it was found in the file.
import type { Edit, Reading } from '../model/edit.ts';
import { parseJson, stringAt } from '../model/json.ts';
import type { Message, ToolCall } from '../model/wire.ts';
import { findShownFile } from '../extract/shell-shows.ts';
import { findAgent } from './agents.ts';
import { joinResults, type AnsweredCall } from './join-results.ts';
import { judgeResult } from './judge-result.ts';
import { editsOfCall } from './tool-edits.ts';
import { commandsOf, directoryOf, firstString, isReadCall, PATH_KEYS } from './tool-shape.ts';

/** `12→text`, `12\ttext`, `00012| text`, `12: text`, `12. text`: line numbers as clients print them. */
const NUMBERED = /^\s{0,8}(\d{1,7})(?:→|\t|\| ?|: ?|\. )(.*)$/;
const REMINDER = /\n*<system-reminder>[\s\S]*?(?:<\/system-reminder>|$)/g;
const RUN_FACTS = /^(?:Script completed|Chunk ID|Exit code|Wall time|Process exited)\b/;
const WRAPPER =
  /^<\/?(?:file|content|path|type|entries)\b[^>]*>$|^\(End of file.*\)$|^\(File has more lines.*\)$/;

/**
 * @param messages the conversation; only its newest tool results are read.
 * @param earlier calls that the history may lack.
 * @returns in order; text without line numbers and without what clients wrap around it.
 * @throws never.
 */
export function findReadings(
  agent: string | null,
  messages: readonly Message[],
  earlier: readonly ToolCall[] = [],
): readonly Reading[] {
  return joinResults(messages, earlier).flatMap((answered) => readingsOf(agent, answered));
}

function readingsOf(agent: string | null, { call, result }: AnsweredCall): readonly Reading[] {
  if (call === null || result.text === '') return [];
  if (isReadCall(call)) {
    if (result.isError === true) return [];
    return [{ path: firstString(call.input, PATH_KEYS), text: cleanText(result.text) }];
  }
  const shown = shownByCommand(agent, call);
  if (shown !== null) return [{ path: shown, text: cleanText(outputOf(result.text)) }];
  if (judgeResult(agent, call, result) !== 'accepted') return [];
  return editsOfCall(call).flatMap(oldText);
}

function shownByCommand(agent: string | null, call: ToolCall): string | null {
  const inner = findAgent(agent)?.innerCommands?.(call) ?? [];
  const directory = directoryOf(call.input);
  const plain = commandsOf(call).map((command) => ({ command, directory }));
  const [only, second] = [...plain, ...inner];
  if (only === undefined || second !== undefined) return null;
  return findShownFile(only.command, only.directory);
}

/** Codex wraps the output of commands in JSON, or puts lines about the run above it. */
function outputOf(text: string): string {
  if (text.startsWith('{')) return stringAt(parseJson(text), 'output') ?? text;
  const at = text.search(/^Output:\n/m);
  return RUN_FACTS.test(text) && at >= 0 ? text.slice(at + 'Output:\n'.length) : text;
}

function oldText(edit: Edit): readonly Reading[] {
  if (edit.kind === 'replace') return [{ path: edit.path, text: edit.before }];
  if (edit.kind !== 'patch') return [];
  return edit.hunks.flatMap((hunk) => {
    const old = hunk.filter((line) => line.mark !== '+').map((line) => `${line.text}\n`);
    return old.length === 0 ? [] : [{ path: edit.path, text: old.join('') }];
  });
}

/** Strips line numbers where nearly every line has one and they rise by one. */
function cleanText(text: string): string {
  const lines = text
    .replace(REMINDER, '')
    .split('\n')
    .filter((line) => !WRAPPER.test(line.trim()));
  let last: number | null = null;
  let rising = 0;
  for (const line of lines) {
    const number = Number(NUMBERED.exec(line)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) continue;
    if (last === null || number === last + 1) rising += 1;
    last = number;
  }
  const filled = lines.filter((line) => line.trim() !== '').length;
  if (rising === 0 || rising < filled * 0.9) return lines.join('\n');
  return lines.map((line) => NUMBERED.exec(line)?.[2] ?? line).join('\n');
}
