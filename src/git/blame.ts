// git blame, read by machine. git itself does the blaming, so every flag works as people know it.
import { stripVTControlCharacters } from 'node:util';
import type { Caller } from '../model/caller.ts';
import { runGit, type GitAnswer } from './run-git.ts';

/** Who git names for one line. */
export interface BlamedLine {
  readonly commit: string;
  /** 1-based, in the commit's own version of the file. */
  readonly originalLine: number;
  /** 1-based, in the version that was asked about. */
  readonly line: number;
  /** The file's name in that commit. */
  readonly path: string;
  readonly author: string;
  readonly mail: string;
  /** Their bytes, as latin1 text: `--encoding` may have asked for another one. */
  readonly bytes: { readonly author: string; readonly mail: string };
  readonly authorTime: number;
}

export interface WrittenLine extends BlamedLine {
  /** Without line ending; each character is a byte, as the file may be in any encoding. */
  readonly text: string;
}

/** Runs git blame; the exit status and message are git's own. */
export const runBlame = (
  caller: Caller,
  args: readonly string[],
  stdin: Uint8Array = Buffer.alloc(0),
): Promise<GitAnswer> => runGit(caller, ['blame', ...args], { stdin, okExits: [0, 1, 128, 129] });

interface CommitFacts {
  author: string;
  mail: string;
  bytes: { author: string; mail: string };
  authorTime: number;
  path: string;
}

/** Reads `--porcelain` and `--line-porcelain`: a head, what is new about its commit, TAB and the line. */
export function parsePorcelain(output: Buffer): WrittenLine[] {
  const known = new Map<string, CommitFacts>();
  const lines: WrittenLine[] = [];
  let head: Head | null = null;
  let last: Head | null = null;
  for (const row of rowsOf(output.toString('latin1'))) {
    if (head === null) {
      head = readHead(row, last, known);
      last = head;
    } else if (row.charCodeAt(0) === TAB) {
      lines.push({ ...lineOf(head), text: row.slice(1) });
      head = null;
    } else readFact(head.facts, row);
  }
  return lines;
}

/** Reads `--incremental`, which says everything but the text: `<id> <line there> <line here> <lines>`, what is new about the
 *  commit, the file's name. @returns in the file's order. */
export function parseIncremental(output: Buffer): BlamedLine[] {
  const known = new Map<string, CommitFacts>();
  const lines: BlamedLine[] = [];
  let head: Head | null = null;
  let count = 0;
  for (const row of rowsOf(output.toString('latin1'))) {
    if (head === null) {
      head = readHead(row, null, known);
      count = Number(row.slice(row.lastIndexOf(' ') + 1));
      continue;
    }
    readFact(head.facts, row);
    if (!row.startsWith('filename ')) continue;
    const first = lineOf(head);
    for (let at = 0; at < count; at += 1)
      lines.push({ ...first, originalLine: first.originalLine + at, line: first.line + at });
    head = null;
  }
  return lines.toSorted((one, other) => one.line - other.line);
}

/**
 * Which lines of git's own screen hold no text: nothing stands behind ` <line>) `.
 *
 * @param shown of `git blame` with author and date, in the order of the lines.
 */
export function readBlanks(lines: readonly BlamedLine[], shown: Buffer): readonly boolean[] {
  const rows = rowsOf(shown.toString('latin1'));
  return lines.map(({ line }, at) => {
    const row = rows[at]?.trimEnd() ?? '';
    if (row.endsWith('m')) return endsBlank(stripVTControlCharacters(row).trimEnd(), line);
    return row.endsWith(')') && endsBlank(row, line); // most lines end in another way: they cost nothing
  });
}

/** A line of code may end so too: then the column stands before it. */
const endsBlank = (row: string, line: number): boolean => {
  const column = ` ${line})`;
  return row.endsWith(column) && row.indexOf(column) === row.length - column.length;
};

function rowsOf(text: string): readonly string[] {
  const rows = text.split('\n');
  return rows.at(-1) === '' ? rows.slice(0, -1) : rows;
}

const TAB = 9;

interface Head {
  readonly commit: string;
  readonly originalLine: number;
  readonly line: number;
  readonly facts: CommitFacts;
}

/** `<id> <line there> <line here> [<lines of the group>]`. @param last most lines are of the commit of the line before. */
function readHead(row: string, last: Head | null, known: Map<string, CommitFacts>): Head {
  const idEnd = row.indexOf(' ');
  const thereEnd = row.indexOf(' ', idEnd + 1);
  const hereEnd = row.indexOf(' ', thereEnd + 1);
  const originalLine = Number(row.slice(idEnd + 1, thereEnd));
  const line = Number(row.slice(thereEnd + 1, hereEnd < 0 ? row.length : hereEnd));
  if (last?.commit.length === idEnd && row.startsWith(last.commit))
    return { commit: last.commit, originalLine, line, facts: last.facts };
  const commit = row.slice(0, idEnd);
  const facts = known.get(commit) ?? {
    author: '',
    mail: '',
    bytes: { author: '', mail: '' },
    authorTime: 0,
    path: '',
  };
  known.set(commit, facts);
  return { commit, originalLine, line, facts };
}

const lineOf = ({ commit, originalLine, line, facts }: Head): BlamedLine => ({
  commit,
  originalLine,
  line,
  path: facts.path,
  author: facts.author,
  mail: facts.mail,
  bytes: facts.bytes,
  authorTime: facts.authorTime,
});

function readFact(facts: CommitFacts, text: string): void {
  const blank = text.indexOf(' ');
  const bytes = text.slice(blank + 1);
  const value = (): string => Buffer.from(bytes, 'latin1').toString('utf8');
  switch (text.slice(0, blank)) {
    case 'author':
      facts.author = value();
      facts.bytes = { ...facts.bytes, author: bytes };
      break;
    case 'author-mail':
      facts.mail = value().replace(/^<|>$/g, '');
      facts.bytes = { ...facts.bytes, mail: bytes };
      break;
    case 'author-time':
      facts.authorTime = Number(value());
      break;
    case 'filename':
      facts.path = unquotePath(value());
      break;
    default:
  }
}

const ESCAPES = new Map([
  ['a', 7],
  ['b', 8],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);

/** git quotes odd names in C style; `core.quotePath` decides about other bytes. */
function unquotePath(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"')) return name;
  const source = Buffer.from(name.slice(1, -1), 'utf8').toString('latin1');
  const bytes = source.replace(/\\([0-3][0-7]{2}|[^])/g, (_whole, escape: string) => {
    const code = escape.length === 3 ? parseInt(escape, 8) : ESCAPES.get(escape);
    return code === undefined ? escape : String.fromCharCode(code);
  });
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
