// aitrail blame: git does the blaming, notes and recordings say where each line came from.
import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import {
  parseIncremental,
  parsePorcelain,
  readBlanks,
  runBlame,
  type BlamedLine,
  type WrittenLine,
} from '../../git/blame.ts';
import type { BlameWords } from '../../git/blame-words.ts';

export { readBlameWords, type BlameWords } from '../../git/blame-words.ts';
import { openObjects, type Objects } from '../../git/objects.ts';
import { openWithNotes } from '../../git/notes.ts';
import type { Repository } from '../../git/open-repository.ts';
import type { GitAnswer } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault, type FaultCode } from '../../model/fault.ts';
import type { BlamedOrigin } from './blame-origins.ts';

export type BlameAnswer<Line extends BlamedLine = WrittenLine> =
  | { readonly kind: 'blamed'; readonly blamed: Blamed<Line> }
  /** git refused; its exit status goes on to the caller. */
  | { readonly kind: 'refused'; readonly fault: Fault; readonly exit: number };

export interface Blamed<Line extends BlamedLine = WrittenLine> {
  /** git's own output for the words that were typed; empty where nobody asked for it. */
  readonly output: Buffer;
  /** git's own diagnostics: progress, warnings. */
  readonly notes: string;
  readonly lines: readonly Line[];
  readonly origins: readonly BlamedOrigin[];
  /** Repository-relative name of the file. */
  readonly path: string;
  /** Full id of the revision that was asked about; HEAD for the working tree; null before the first commit. */
  readonly commit: string | null;
}

export type ShownBlame = Blamed<BlamedLine>;

type Words = BlameWords & { readonly stdin?: Uint8Array };

/** @param words with what git shall read from standard input. @throws Fault NOT_A_REPOSITORY, GIT_MISSING. */
export const blameFile = (caller: Caller, words: Words): Promise<BlameAnswer> =>
  blame(caller, words, { ...WITH_TEXT, showing: null });

/** The same for the screen: with git's own bytes, and without a text of its own for each line. */
export async function showBlame(caller: Caller, words: Words): Promise<BlameAnswer<BlamedLine>> {
  const showing = runBlame(caller, words.gitWords, words.stdin);
  showing.catch(() => undefined); // no git at all: so says what is awaited first
  return words.shape === 'text' && !words.isBare
    ? blame(caller, words, { ...WITHOUT_TEXT, showing })
    : blame(caller, words, { ...WITH_TEXT, showing });
}

/** How git is asked for the lines. */
interface Way<Line extends BlamedLine> {
  readonly ask: '--porcelain' | '--incremental';
  /** git at work on the same for the screen. */
  readonly showing: Promise<GitAnswer> | null;
  readonly parse: (output: Buffer) => readonly Line[];
  readonly readBlanks: (lines: readonly Line[], shown: Buffer) => readonly boolean[];
}

const WITH_TEXT = {
  ask: '--porcelain',
  parse: parsePorcelain,
  readBlanks: (lines: readonly WrittenLine[]) => lines.map(({ text }) => text.trim() === ''),
} as const;

/** By far the shortest of git's ways to say it. */
const WITHOUT_TEXT = { ask: '--incremental', parse: parseIncremental, readBlanks } as const;

async function blame<Line extends BlamedLine>(
  caller: Caller,
  words: Words,
  way: Way<Line>,
): Promise<BlameAnswer<Line>> {
  // both at once, and before all else, as they take the longest
  const reading = runBlame(caller, [way.ask, ...words.plainWords], words.stdin);
  reading.catch(() => undefined);
  const opening = openWithNotes(caller);
  opening.catch(() => undefined);
  const objects = openObjects(caller);
  const loading = import('./blame-origins.ts'); // while git works
  try {
    // in no repository this is the fault to tell, whatever the others say
    const opened = await opening;
    const head = await readRevision(objects, 'HEAD');
    const { openNoted, readBlamedOrigins, smoothBlanks } = await loading;
    const noted = await openNoted({ ...opened, objects }, head);
    const read = await reading;
    if (read.exit !== 0) return refuse([(await way.showing) ?? read, read], words);
    const lines = way.parse(read.stdout);
    const { file, revision } = await pickPlaces(objects, words);
    const commit = revision === null ? head : await readRevision(objects, tipOf(revision));
    const origins =
      words.isReverse || words.contents !== null
        ? lines.map(() => ({ origin: null, isSigned: false }))
        : await readBlamedOrigins(noted, lines, head);
    const path = normalPath(`${await prefixOf(opened.repository)}/${file ?? ''}`);
    const shown = (await way.showing) ?? { ...read, stdout: Buffer.alloc(0) };
    if (shown.exit !== 0) return refuse([shown], words);
    const smooth = smoothBlanks(way.readBlanks(lines, shown.stdout), origins);
    const told = { output: shown.stdout, notes: shown.stderr };
    return { kind: 'blamed', blamed: { ...told, lines, origins: smooth, path, commit } };
  } finally {
    objects.close();
  }
}

/** The first that failed says why. */
function refuse(
  answers: readonly GitAnswer[],
  words: BlameWords,
): Extract<BlameAnswer, { kind: 'refused' }> {
  const failed = answers.find(({ exit }) => exit !== 0);
  const fault = refusal(failed?.stderr ?? '', words);
  return { kind: 'refused', fault, exit: failed?.exit ?? 0 };
}

/** git's own bytes and status, nothing else. */
export const blamePlainly = (
  caller: Caller,
  words: readonly string[],
  stdin?: Uint8Array,
): ReturnType<typeof runBlame> => runBlame(caller, words, stdin);

/** `blame FILE REV` is an old way of git's to say it. */
async function pickPlaces(
  objects: Objects,
  { file, revision, mayBeTurned }: BlameWords,
): Promise<Pick<BlameWords, 'file' | 'revision'>> {
  const isTurned = mayBeTurned && file !== null && (await readRevision(objects, file)) !== null;
  return isTurned ? { file: revision, revision: file } : { file, revision };
}

/** The newer end of a range. */
const tipOf = (revision: string): string => revision.split(/\.{2,3}/).at(-1) || 'HEAD';

const readRevision = async (objects: Objects, revision: string): Promise<string | null> =>
  (await objects.read(`${revision}^{commit}`))?.oid ?? null;

/** Where the caller stands in the working tree; '' outside of one. */
const prefixOf = async ({ worktree, caller }: Repository): Promise<string> =>
  worktree === null ? '' : relative(worktree, await realpath(caller.cwd));

function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function refusal(stderr: string, words: BlameWords): Fault {
  const said = stderr
    .replace(/^\s*usage: [^]*/m, '') // git lists all its flags then
    .trim()
    .replace(/^(fatal|error): /, '')
    .replaceAll(/\s*\n\s*/g, '; ');
  const why = said === '' ? `git blame ${words.gitWords.join(' ')} failed` : said;
  const code = codeOf(said);
  return code === 'USAGE'
    ? new Fault(code, why, { fix: 'git blame -h lists the flags' })
    : new Fault(code, why);
}

function codeOf(said: string): FaultCode {
  if (/no such path|cannot stat path|has no such file|no such file|outside repository/i.test(said))
    return 'NO_SUCH_FILE';
  if (/no such ref: HEAD/i.test(said)) return 'NO_COMMITS'; // git's words for a branch without a commit
  if (/bad revision|no such ref|unknown revision|bad object|ambiguous argument/i.test(said))
    return 'NO_SUCH_REVISION';
  if (/^usage|unknown option|unknown switch|-L argument|option/i.test(said)) return 'USAGE';
  return 'GIT_FAILED';
}
