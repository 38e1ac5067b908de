// The notes of refs/notes/ai, Git AI standard 3.0.0: plain attribution that other tools write and read. Nothing in them
// is signed. Reader and writer are exact inverses of each other.
import {
  formatMetadata,
  readMetadata,
  type GitAiAgent,
  type GitAiMetadata,
} from './git-ai-meta.ts';
import { sha256Hex } from '../model/sha256.ts';

export const GIT_AI_REF = 'refs/notes/ai';

export interface GitAiRange {
  /** 1-based, inclusive, in the file as the commit has it. */
  readonly startLine: number;
  readonly endLine: number;
}

export interface GitAiEntry {
  /** `s_<session>::t_<trace>`, `h_<person>`, or the bare hex of a record from before 1.4.0. */
  readonly key: string;
  readonly ranges: readonly GitAiRange[];
}

export interface GitAiFile {
  /** Repository-relative, forward slashes. */
  readonly path: string;
  readonly entries: readonly GitAiEntry[];
}

export interface GitAiNote {
  readonly files: readonly GitAiFile[];
  readonly metadata: GitAiMetadata;
}

const DIVIDER = /^---$/m;
const KEY = /^(?:s_[0-9a-f]+::t_[0-9a-f]+|h_[0-9a-f]+|[0-9a-f]{7,64})$/;
const RANGE = /^([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/;

/** @returns null where the text is no note of version 3.0.0: whoever reads it makes no claim then. */
export function readGitAi(text: string): GitAiNote | null {
  const divider = DIVIDER.exec(text);
  if (divider === null) return null;
  const metadata = readMetadata(text.slice(divider.index + 3));
  const files = readFiles(text.slice(0, divider.index).split('\n'));
  return metadata === null || files === null ? null : { files, metadata };
}

function readFiles(lines: readonly string[]): readonly GitAiFile[] | null {
  const files: { path: string; entries: GitAiEntry[] }[] = [];
  for (const line of lines.map((one) => one.trimEnd()).filter(Boolean)) {
    if (line.startsWith('  ')) {
      const entry = readEntry(line.slice(2));
      if (entry === null || files.length === 0) return null;
      files.at(-1)?.entries.push(entry);
      continue;
    }
    const path = readPath(line);
    if (path === null) return null;
    files.push({ path, entries: [] });
  }
  return files.every((file) => file.entries.length > 0) ? files : null;
}

function readPath(line: string): string | null {
  const [, quoted] = /^"([^"]+)"$/.exec(line) ?? [];
  const path = quoted ?? line;
  const needsQuotes = /[ \t]/.test(path);
  return path.includes('"') || needsQuotes !== (quoted !== undefined) ? null : path;
}

function readEntry(text: string): GitAiEntry | null {
  const [key = '', spec = '', ...more] = text.split(' ');
  if (!KEY.test(key) || more.length > 0) return null;
  const ranges = spec.split(',').map(readRange);
  const good = ranges.filter((range) => range !== null);
  return good.length === ranges.length ? { key, ranges: good } : null;
}

function readRange(text: string): GitAiRange | null {
  const [, first, last = first] = RANGE.exec(text) ?? [];
  if (first === undefined || Number(first) > Number(last)) return null;
  return { startLine: Number(first), endLine: Number(last) };
}

/** A path with a quote or a control character cannot be written in this format. */
export const isGitAiPath = (path: string): boolean =>
  path !== '' && path !== '---' && !/["\p{Cc}\u2028\u2029]/u.test(path) && path === path.trimEnd();

/** @param note whose paths isGitAiPath takes. @returns without a final LF. */
export function formatGitAi({ files, metadata }: GitAiNote): string {
  const blocks = files.map(({ path, entries }) => {
    const name = /[ \t]/.test(path) ? `"${path}"` : path;
    return [name, ...entries.map(({ key, ranges }) => `  ${key} ${ranges.map(spell).join(',')}`)];
  });
  return [...blocks.flat(), '---', formatMetadata(metadata)].join('\n');
}

const spell = ({ startLine, endLine }: GitAiRange): string =>
  startLine === endLine ? String(startLine) : `${startLine}-${endLine}`;

/** @returns `s_` and 14 hex digits, the same for a conversation for ever. */
export const gitAiSession = (tool: string, conversation: string): string =>
  `s_${sha256Hex(`${tool}:${conversation}`).slice(0, 14)}`;

/** @param person `Name <mail>`. */
export const gitAiPerson = (person: string): string => `h_${sha256Hex(person).slice(0, 14)}`;

/** @param act what names one act of writing. */
export const gitAiTrace = (act: string): string => `t_${sha256Hex(act).slice(0, 14)}`;

export interface GitAiClaim {
  readonly agent: GitAiAgent;
  /** The key that the note files the line under. */
  readonly key: string;
}

/** @returns who a note says wrote a line; null where that is a person, or it says nothing. The last entry wins. */
export function claimOf(note: GitAiNote, path: string, line: number): GitAiClaim | null {
  const name = path.normalize('NFC');
  const entry = note.files
    .filter((file) => file.path.normalize('NFC') === name)
    .flatMap((file) => file.entries)
    .findLast(({ ranges }) => ranges.some((one) => one.startLine <= line && line <= one.endLine));
  if (entry === undefined) return null;
  const { sessions, prompts } = note.metadata;
  const [session = ''] = entry.key.split('::');
  const agent = (sessions.get(session) ?? prompts.get(entry.key))?.agent;
  return agent === undefined ? null : { agent, key: entry.key };
}
