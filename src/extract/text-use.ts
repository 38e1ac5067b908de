// What the text at one place of a command, script or patch is for. A secret may be replaced where text is written to a
// file; where it must match what stands there, or merely runs (`curl -H`), a replacement would break the call.
import type { Edit } from '../model/edit.ts';
import { holdsApplyPatch } from './apply-patch.ts';
import { isDevice } from './paths.ts';
import { runInlineScript, type ScriptLanguage } from './inline-scripts.ts';
import { readTokens, unescape } from './script-tokens.ts';
import { parseShell } from './shell-parser.ts';
import type {
  Command,
  Pipeline,
  Redirect,
  ShellList,
  SimpleCommand,
  Word,
} from './shell-syntax.ts';
import { holdsUnifiedDiff } from './unified-diff.ts';

type TextUse = 'written' | 'matched' | 'run';

const DEPTH_MAX = 4;

const BLOCK_MARK = /^(?:(?:<{5,9}|-{5,9}) ?SEARCH|={5,9}$|(?:>{5,9}|\+{5,9}) ?REPLACE)/;

/**
 * @param offset UTF-16 units into the text. The added lines of a patch and the new half of a search-and-replace block
 *   are written, all other lines must match.
 */
export function useInPatch(text: string, offset: number): TextUse {
  const lines = text.slice(0, offset).split('\n');
  const mark = lines.slice(0, -1).findLast((line) => BLOCK_MARK.test(line.trimEnd()));
  if (mark !== undefined) return mark.startsWith('=') ? 'written' : 'matched';
  const line = lines.at(-1) ?? '';
  return (line === '' ? text[offset] : line[0]) === '+' ? 'written' : 'matched';
}

/**
 * @param text the command as far as it is known; what comes later may turn `run` into `written` (`echo … > f`), never
 *   the other way round.
 */
export function useInShell(text: string, offset: number, depth = 0): TextUse {
  if (depth > DEPTH_MAX) return 'run';
  return useInList(parseShell(text), { text, offset, depth, isSunk: false });
}

interface Question {
  readonly text: string;
  readonly offset: number;
  readonly depth: number;
  /** Does what the commands print end in a file? */
  readonly isSunk: boolean;
}

function useInList(list: ShellList, question: Question): TextUse {
  for (const pipeline of list) {
    for (const [index, command] of pipeline.entries()) {
      const isSunk = question.isSunk || endsInFile(pipeline, index);
      const use = useInCommand(command, pipeline[index + 1], { ...question, isSunk });
      if (use !== null) return use;
    }
  }
  return 'run';
}

/** @returns null where the place is not in this command. */
function useInCommand(
  command: Command,
  next: Command | undefined,
  question: Question,
): TextUse | null {
  if (command.kind === 'group') {
    const use = useInList(command.list, question);
    return use === 'run' ? null : use;
  }
  const body = command.redirects.find((entry) => isIn(bodyOf(entry), question.offset));
  const spot = bodyOf(body);
  if (spot !== null) return useInInput(command, next, { ...question, ...cut(question, spot) });
  const at = command.words.findIndex((word) => isIn(word, question.offset));
  const word = command.words[at];
  return word === undefined ? null : useInWord(command, { at, word, next }, question);
}

const isIn = (span: { start: number; end: number } | null, offset: number): boolean =>
  span !== null && offset >= span.start && offset < span.end;

const bodyOf = (entry: Redirect | undefined): { start: number; end: number } | null => {
  if (entry === undefined) return null;
  return entry.kind === 'here-string' ? entry.target : entry.document;
};

const cut = (question: Question, span: { start: number; end: number }) => ({
  text: question.text.slice(span.start, span.end),
  offset: question.offset - span.start,
});

/** Text that a program gets as its input: a here-document, or what `echo` and `printf` hand on. */
function useInInput(
  command: SimpleCommand,
  next: Command | undefined,
  question: Question,
): TextUse {
  const program = programOf(command);
  if (/^(?:apply_?patch|patch|git)$/.test(program))
    return useInPatch(question.text, question.offset);
  if (SHELL.test(program)) {
    return useInShell(question.text, question.offset, question.depth + 1);
  }
  const language = languageOf(program);
  if (language !== null) return useInScript(question.text, question.offset, language);
  if (question.isSunk) return 'written';
  return /^(?:cat|echo|printf)$/.test(program) && next?.kind === 'simple'
    ? useInInput(next, undefined, question)
    : 'run';
}

interface Place {
  readonly at: number;
  readonly word: Word;
  readonly next: Command | undefined;
}

function useInWord(command: SimpleCommand, place: Place, question: Question): TextUse {
  const inside = useInSubstitution(place.word, question);
  if (inside !== 'run') return inside;
  const program = programOf(command);
  if (/^(?:echo|printf)$/.test(program)) {
    return place.at > 0 ? useInInput(command, place.next, question) : 'run';
  }
  return useInArgument(program, plain(command.words[place.at - 1]), {
    ...question,
    ...insideQuotes(question, place.word),
  });
}

function useInSubstitution(word: Word, question: Question): TextUse {
  for (const part of word.parts) {
    if (part.kind !== 'substitution' && part.kind !== 'process') continue;
    const use = useInList(part.list, { ...question, isSunk: false });
    if (use !== 'run') return use;
  }
  return 'run';
}

/** The script of `sh -c`, `python -c`, `node -e`; the patch of `apply_patch`. */
function useInArgument(program: string, flag: string, { text, offset, depth }: Question): TextUse {
  if (SHELL.test(program) && /^-[a-z]*c$/.test(flag)) return useInShell(text, offset, depth + 1);
  const language = languageOf(program);
  if (language !== null && /^(?:-[cep]|--eval)$/.test(flag)) {
    return useInScript(text, offset, language);
  }
  return /^apply_?patch$/.test(program) ? useInPatch(text, offset) : 'run';
}

const SHELL = /^(?:ba|z|da)?sh$/;

/** The text of a quoted word, and where the place lies in it. */
function insideQuotes(question: Question, word: Word): { text: string; offset: number } {
  const raw = question.text.slice(word.start, word.end);
  const quote = /^["']/.test(raw) ? 1 : 0;
  const decode = (text: string): string =>
    raw.startsWith('"') ? text.replace(/\\([$`"\\])/g, '$1') : text;
  const before = raw.slice(quote, question.offset - word.start);
  const end = quote === 1 && raw.length > 1 && raw.at(-1) === raw[0] ? raw.length - 1 : raw.length;
  return { text: decode(raw.slice(quote, end)), offset: decode(before).length };
}

const programOf = (command: SimpleCommand): string => {
  const names = command.words.map(plain);
  const first = names.find((name) => !/^(?:sudo|env|command|exec|\w+=.*)$/.test(name)) ?? '';
  return first.replace(/^.*\//, '');
};

const plain = (word: Word | undefined): string => {
  const first = word?.parts[0];
  return first?.kind === 'text' ? first.text : '';
};

function languageOf(program: string): ScriptLanguage | null {
  if (/^python[\d.]*$/.test(program)) return 'python';
  return /^(?:node|bun|deno|tsx)$/.test(program) ? 'javascript' : null;
}

/** `> file` on this command, or a file or `tee file` further down the pipe. */
const endsInFile = (pipeline: Pipeline, index: number): boolean =>
  pipeline.slice(index).some((command) => command.redirects.some(isFile) || isTee(command));

const isFile = (entry: Redirect): boolean =>
  (entry.kind === 'write' || entry.kind === 'append') &&
  (entry.descriptor === null || entry.descriptor === 1) &&
  !isDevice(plain(entry.target));

const isTee = (command: Command): boolean =>
  command.kind === 'simple' &&
  programOf(command) === 'tee' &&
  command.words.some((word, at) => at > 0 && !/^-|^tee$|^\/dev\//.test(plain(word)));

/** A literal counts as written where the script writes it, or where it is a patch or a command that does. */
export function useInScript(source: string, offset: number, language: ScriptLanguage): TextUse {
  const tokens = readTokens(source, language);
  const token = tokens.find((one) => one.kind === 'string' && isIn(one, offset));
  if (token === undefined) return 'run';
  const { text } = token;
  const decoded = unescape(source.slice(token.start + 1, offset)).length;
  if (holdsApplyPatch(text) || holdsUnifiedDiff(text)) return useInPatch(text, decoded);
  const found = runInlineScript(source, language);
  const isCommand = found.commands.some((run) => run.command === text);
  return isCommand ? useInShell(text, decoded, 2) : useInEdits(text, found.edits);
}

function useInEdits(text: string, edits: readonly Edit[]): TextUse {
  const isWritten = (edit: Edit): boolean =>
    ('text' in edit && edit.text.includes(text)) ||
    (edit.kind === 'replace' && edit.after.includes(text));
  if (edits.some(isWritten)) return 'written';
  if (edits.some((edit) => edit.kind === 'replace' && edit.before.includes(text))) return 'matched';
  // one line of a patch that is put together from literals
  return edits.length > 0 && text.startsWith('+') ? 'written' : 'run';
}
