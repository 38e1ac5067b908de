// git blame, read by machine. git itself does the blaming, so every flag works as people know it.
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
  /** Without line ending, as bytes. */
  readonly text: Buffer;
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

/** Reads `--porcelain` and `--line-porcelain`. */
export function parsePorcelain(output: Buffer): BlamedLine[] {
  const facts = new Map<string, CommitFacts>();
  const lines: BlamedLine[] = [];
  let at = 0;
  let head = { commit: '', originalLine: 0, line: 0 };
  while (at < output.length) {
    const end = output.indexOf(10, at);
    const stop = end < 0 ? output.length : end;
    if (output[at] === 9) {
      const known = factsOf(facts, head.commit);
      lines.push({ ...head, ...known, text: output.subarray(at + 1, stop) });
    } else {
      const line = output.subarray(at, stop);
      head = parseHead(line.toString('latin1')) ?? head;
      readFact(factsOf(facts, head.commit), line);
    }
    at = stop + 1;
  }
  return lines;
}

function factsOf(facts: Map<string, CommitFacts>, commit: string): CommitFacts {
  const known = facts.get(commit) ?? {
    author: '',
    mail: '',
    bytes: { author: '', mail: '' },
    authorTime: 0,
    path: '',
  };
  facts.set(commit, known);
  return known;
}

const HEAD = /^([0-9a-f]{40}|[0-9a-f]{64}) (\d+) (\d+)(?: \d+)?$/;

function parseHead(text: string): { commit: string; originalLine: number; line: number } | null {
  const [, commit, originalLine, line] = HEAD.exec(text) ?? [];
  if (commit === undefined) return null;
  return { commit, originalLine: Number(originalLine), line: Number(line) };
}

function readFact(facts: CommitFacts, line: Buffer): void {
  const text = line.toString('utf8');
  const blank = text.indexOf(' ');
  const value = text.slice(blank + 1);
  switch (text.slice(0, blank)) {
    case 'author':
      facts.author = value;
      facts.bytes = { ...facts.bytes, author: line.toString('latin1', blank + 1) };
      break;
    case 'author-mail':
      facts.mail = value.replace(/^<|>$/g, '');
      facts.bytes = { ...facts.bytes, mail: line.toString('latin1', blank + 1) };
      break;
    case 'author-time':
      facts.authorTime = Number(value);
      break;
    case 'filename':
      facts.path = unquotePath(value);
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
