// Shell text → lists of pipelines. Lenient: it never fails, because a command that a shell would refuse changes nothing
// and a construct that is not known here must still show what it redirects. Keywords of compound commands are skipped,
// so that the commands inside `if`, `for`, `while` and functions are read as if they ran.
import { readHereDocuments } from './shell-documents.ts';
import { readRedirect } from './shell-redirects.ts';
import {
  DEPTH_MAX,
  type Command,
  type Cursor,
  type Pipeline,
  type Redirect,
  type ShellList,
  type SimpleCommand,
  type Word,
} from './shell-syntax.ts';
import { readWord } from './shell-words.ts';

/** Words that stand before a command. `fi`, `done`, `for x in …` are read as commands that do nothing. */
const KEYWORDS = new Set('if then else elif do while until ! time coproc'.split(' '));
const FUNCTION_HEAD = /[ \t]*\([ \t]*\)/y;
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)\+?=/;

/** @throws never. Linear in the text's length. */
export function parseShell(text: string): ShellList {
  const cursor: Cursor = { text, at: 0, pending: [], depth: 0, readList };
  return readList(cursor, null);
}

function readList(cursor: Cursor, closer: ')' | '}' | null): ShellList {
  const list: Pipeline[] = [];
  while (cursor.at < cursor.text.length) {
    skipBlanks(cursor);
    const char = cursor.text[cursor.at];
    if (char === undefined || (char === closer && isCloser(cursor, closer))) break;
    const before = cursor.at;
    const pipeline = readPipeline(cursor, closer);
    if (pipeline.length > 0) list.push(pipeline);
    skipSeparator(cursor);
    // a stray bracket: nothing reads it, so step over it
    if (cursor.at === before) cursor.at += 1;
  }
  return list;
}

/** `}` closes only as a word of its own. */
const isCloser = (cursor: Cursor, closer: string): boolean =>
  closer === ')' || /[\s;&|<>)]|$/y.test(cursor.text.slice(cursor.at + 1, cursor.at + 2));

function skipSeparator(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    const char = cursor.text[cursor.at];
    if (char === '\n') {
      cursor.at += 1;
      readHereDocuments(cursor);
    } else if (char === ';' || char === '&' || char === '|') cursor.at += 1;
    else return;
  }
}

function skipBlanks(cursor: Cursor): void {
  for (;;) {
    const char = cursor.text[cursor.at];
    if (char === ' ' || char === '\t' || char === '\r') cursor.at += 1;
    else if (char === '\\' && cursor.text[cursor.at + 1] === '\n') cursor.at += 2;
    else if (char === '#') skipComment(cursor);
    else return;
  }
}

function skipComment(cursor: Cursor): void {
  const end = cursor.text.indexOf('\n', cursor.at);
  cursor.at = end < 0 ? cursor.text.length : end;
}

function readPipeline(cursor: Cursor, closer: ')' | '}' | null): Pipeline {
  const commands: Command[] = [];
  for (;;) {
    const command = readCommand(cursor, closer);
    if (command !== null) commands.push(command);
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '|' || cursor.text[cursor.at + 1] === '|') return commands;
    cursor.at += cursor.text[cursor.at + 1] === '&' ? 2 : 1;
    skipLineFeeds(cursor);
  }
}

/** A pipe may stand at the end of a line. */
function skipLineFeeds(cursor: Cursor): void {
  skipBlanks(cursor);
  while (cursor.text[cursor.at] === '\n') {
    cursor.at += 1;
    readHereDocuments(cursor);
    skipBlanks(cursor);
  }
}

function readCommand(cursor: Cursor, closer: ')' | '}' | null): Command | null {
  skipBlanks(cursor);
  if (cursor.text.startsWith('((', cursor.at)) return skipArithmetic(cursor);
  const char = cursor.text[cursor.at];
  if (char === '(' && cursor.depth < DEPTH_MAX) return readGroup(cursor, ')');
  if (char === '{' && /\s/.test(cursor.text[cursor.at + 1] ?? '') && cursor.depth < DEPTH_MAX) {
    return readGroup(cursor, '}');
  }
  return readSimple(cursor, closer);
}

function skipArithmetic(cursor: Cursor): null {
  const end = cursor.text.indexOf('))', cursor.at);
  cursor.at = end < 0 ? cursor.text.length : end + 2;
  return null;
}

function readGroup(cursor: Cursor, closer: ')' | '}'): Command {
  cursor.at += 1;
  cursor.depth += 1;
  skipLineFeeds(cursor);
  const list = readList(cursor, closer);
  cursor.depth -= 1;
  if (cursor.text[cursor.at] === closer) cursor.at += 1;
  const redirects: Redirect[] = [];
  skipBlanks(cursor);
  for (let next = readRedirect(cursor); next !== null; next = readRedirect(cursor)) {
    redirects.push(next);
    skipBlanks(cursor);
  }
  return { kind: 'group', isSubshell: closer === ')', list, redirects };
}

interface Draft {
  readonly assignments: { name: string; value: Word }[];
  readonly words: Word[];
  readonly redirects: Redirect[];
}

function readSimple(cursor: Cursor, closer: ')' | '}' | null): SimpleCommand | null {
  const draft: Draft = { assignments: [], words: [], redirects: [] };
  while (readPart(cursor, draft, closer)) skipBlanks(cursor);
  const { assignments, words, redirects } = draft;
  // `pattern)` of a case: its words are no command
  if (cursor.text[cursor.at] === ')' && closer !== ')') return null;
  const isEmpty = assignments.length + words.length + redirects.length === 0;
  return isEmpty ? null : { kind: 'simple', assignments, words, redirects };
}

/** @returns false where the command ends. */
function readPart(cursor: Cursor, draft: Draft, closer: ')' | '}' | null): boolean {
  if (draft.words.length === 0 && isBrace(cursor, closer)) return false;
  const redirect = isTest(draft) ? null : readRedirect(cursor);
  if (redirect !== null) {
    draft.redirects.push(redirect);
    return true;
  }
  const word = readWord(cursor) ?? readTestOperator(cursor, draft);
  if (word === null) return false;
  addWord(draft, word);
  if (draft.words.length === 1 && skipFunctionHead(cursor)) draft.words.pop();
  return true;
}

const isBrace = (cursor: Cursor, closer: string | null): boolean => {
  const char = cursor.text[cursor.at];
  if (char === '}') return closer === '}';
  return char === '{' && /\s/.test(cursor.text[cursor.at + 1] ?? '');
};

/** `name ()`: the body that follows is read as if it ran. */
function skipFunctionHead(cursor: Cursor): boolean {
  FUNCTION_HEAD.lastIndex = cursor.at;
  if (!FUNCTION_HEAD.test(cursor.text)) return false;
  cursor.at = FUNCTION_HEAD.lastIndex;
  return true;
}

const isTest = (draft: Draft): boolean =>
  draft.words.length > 0 &&
  plainText(draft.words[0]) === '[[' &&
  plainText(draft.words.at(-1)) !== ']]';

/** Inside `[[ … ]]` the characters < > ( ) & | compare and group. */
function readTestOperator(cursor: Cursor, draft: Draft): Word | null {
  const char = cursor.text[cursor.at];
  if (!isTest(draft) || char === undefined || char === '\n' || char === ';') return null;
  cursor.at += 1;
  const parts = [{ kind: 'text', text: char, isQuoted: true }] as const;
  return { parts, start: cursor.at - 1, end: cursor.at };
}

function addWord(draft: Draft, word: Word): void {
  const text = plainText(word);
  if (draft.words.length === 0) {
    if (KEYWORDS.has(text)) return;
    const assigned = ASSIGNMENT.exec(text);
    if (assigned !== null) {
      draft.assignments.push({ name: assigned[1] ?? '', value: dropPrefix(word, assigned[0]) });
      return;
    }
  }
  draft.words.push(word);
}

/** The unquoted text that a word starts with. */
const plainText = (word: Word | undefined): string => {
  const first = word?.parts[0];
  return first?.kind === 'text' && !first.isQuoted ? first.text : '';
};

function dropPrefix(word: Word, prefix: string): Word {
  const [first, ...rest] = word.parts;
  const text = first?.kind === 'text' ? first.text.slice(prefix.length) : '';
  const parts = [{ kind: 'text', text, isQuoted: false } as const, ...rest];
  return { ...word, parts };
}
