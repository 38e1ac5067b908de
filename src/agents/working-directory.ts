// Where an agent says that it works: a line of the system prompt or of the first messages.
import type { Message, WireRequest } from '../model/wire.ts';
import { textOf } from './facts.ts';

const MESSAGES_MAX = 6;
const CHARACTERS_MAX = 200_000;
/** Absolute: POSIX, home, Windows drive. */
const PATH = String.raw`((?:/|~|[A-Za-z]:[\\/])[^\n<>"]*?)`;

const LINES: readonly RegExp[] = [
  new RegExp(
    String.raw`(?:primary|current)? ?working directory(?: is)?:?\**\s*` +
      PATH +
      String.raw`\s*(?:\n|$|<)`,
    'i',
  ),
  new RegExp(String.raw`<cwd>` + PATH + String.raw`</cwd>`),
  new RegExp(String.raw`Workspace Directories:\**\s*\n\s*-\s*` + PATH + String.raw`\s*(?:\n|$)`),
  new RegExp(String.raw`Workspace root(?: folder)?:\s*` + PATH + String.raw`\s*(?:\n|$)`, 'i'),
  // without a line of its own: up to the blank, minus the full stop of the sentence
  /\b(?:working|running|operating) in (?:the directory )?[`"']?((?:\/|[A-Za-z]:[\\/])[^\s`"'<>]*?)[`"']?[.,;]?(?=\s|$)/,
];

/** @returns the path as written, without a slash at its end; null where nothing says it. */
export function workingDirectory(request: WireRequest): string | null {
  const system = request.messages.filter((message) => message.role === 'system');
  const others = request.messages.filter((message) => message.role !== 'system');
  for (const message of [...system, ...others.slice(0, MESSAGES_MAX)]) {
    const path = pathIn(message);
    if (path !== null) return path;
  }
  return null;
}

function pathIn(message: Message): string | null {
  const text = textOf(message).slice(0, CHARACTERS_MAX);
  for (const line of LINES) {
    const path = line.exec(text)?.[1]?.trim();
    if (path !== undefined && path !== '')
      return path.length > 1 ? path.replace(/[/\\]$/, '') : path;
  }
  return null;
}
