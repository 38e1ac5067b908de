// Code blocks in prose (CommonMark fences): what a person may paste into a file. The path is a hint and often absent.
import type { Edit } from '../model/edit.ts';
import { parseUnifiedDiff } from './unified-diff.ts';

const FENCE = /^(\s*)(`{3,}|~{3,})\s*(.*)$/; // deeper than three blanks: inside a list
/** A file name with an ending, perhaps with folders; no blanks, no URL. */
const PATH =
  /(?:^|[\s`"'*(:=])((?:[\w@.+~-]+[/\\])*[\w@.+~-]*[\w-]\.[A-Za-z][\w]{0,9})(?=$|[\s`"'*):,])/;
const COMMENT = /^\s*(?:\/\/|#|--|;|\/\*|<!--|%)\s*(.+?)\s*(?:\*\/|-->)?\s*$/;

interface Fence {
  readonly indent: number;
  readonly mark: string;
  readonly info: string;
  /** The last line with text above the block. */
  readonly lead: string;
  readonly lines: string[];
}

/**
 * Finds fenced code blocks. A block without its end counts up to the end of the text.
 *
 * A block that is a diff gives one snippet per file, of its added lines only: the rest stood there before.
 *
 * @returns snippets in order, empty ones left out; a snippet's text ends in LF.
 * @throws never.
 */
export function findFencedCode(text: string): readonly Edit[] {
  const edits: Edit[] = [];
  let open: Fence | null = null;
  let lead = '';
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (open !== null) {
      if (closes(open, line)) {
        edits.push(...toEdits(open));
        open = null;
        lead = '';
      } else open.lines.push(line);
    } else {
      open = openFence(line, lead);
      if (open === null && line.trim() !== '') lead = line;
    }
  }
  if (open !== null) edits.push(...toEdits(dropLastBlank(open)));
  return edits;
}

function openFence(line: string, lead: string): Fence | null {
  const match = FENCE.exec(line);
  if (match === null) return null;
  const mark = match[2] ?? '';
  const info = (match[3] ?? '').trim();
  // CommonMark: an info string after backticks holds no backtick, else it is inline code
  if (mark.startsWith('`') && info.includes('`')) return null;
  return { indent: (match[1] ?? '').length, mark, info, lead, lines: [] };
}

/** A text's own last line feed is no line of the block that it leaves open. */
const dropLastBlank = (fence: Fence): Fence =>
  fence.lines.at(-1) === '' ? { ...fence, lines: fence.lines.slice(0, -1) } : fence;

function closes(fence: Fence, line: string): boolean {
  const text = line.trim();
  return text.length >= fence.mark.length && text === (fence.mark[0] ?? '').repeat(text.length);
}

function toEdits(fence: Fence): readonly Edit[] {
  const lines = fence.lines.map((line) => dropIndent(line, fence.indent));
  if (lines.every((line) => line.trim() === '')) return [];
  const text = `${lines.join('\n')}\n`;
  const diff = findDiffCode(text);
  if (diff.length > 0) return diff;
  if (/^diff\b/.test(fence.info)) return looseDiff(lines, fence);
  return [{ kind: 'snippet', path: findPath(fence, lines), text }];
}

const dropIndent = (line: string, indent: number): string => {
  let drop = 0;
  while (drop < indent && line[drop] === ' ') drop += 1;
  return line.slice(drop);
};

/** @returns one snippet per file of a unified diff, of what it adds; nothing for what is no diff. */
export const findDiffCode = (text: string): readonly Edit[] =>
  parseUnifiedDiff(text).flatMap(toSnippet);

function toSnippet(edit: Edit): readonly Edit[] {
  if (edit.kind === 'write') return [{ kind: 'snippet', path: edit.path, text: edit.text }];
  if (edit.kind !== 'patch') return [];
  const added = edit.hunks.flat().filter((line) => line.mark === '+');
  if (added.length === 0) return [];
  const text = added.map((line) => `${line.text}\n`).join('');
  return [{ kind: 'snippet', path: edit.movedTo ?? edit.path, text }];
}

/** A diff as people write it in chat: marks without headers and counts. */
function looseDiff(lines: readonly string[], fence: Fence): readonly Edit[] {
  const added = lines.filter((line) => line.startsWith('+')).map((line) => `${line.slice(1)}\n`);
  if (added.length === 0) return [];
  return [{ kind: 'snippet', path: findPath(fence, []), text: added.join('') }];
}

/** From the info string (`ts title="src/a.ts"`, `src/a.ts`), the line above, or a comment in the first line. */
function findPath(fence: Fence, lines: readonly string[]): string | null {
  const comment = COMMENT.exec(lines[0] ?? '')?.[1] ?? '';
  const named = pathIn(fence.info) ?? (isHeading(fence.lead) ? pathIn(fence.lead) : null);
  // a comment is a path only where it is nothing else: `# see config.py for more` is prose
  return named ?? (/^\S+$/.test(comment) ? pathIn(comment) : null);
}

const pathIn = (text: string): string | null => PATH.exec(text.slice(0, 300))?.[1] ?? null;

/** Does the line announce the block: a heading, a name of its own, or an end in a colon? */
const isHeading = (line: string): boolean => {
  const text = line.trim().slice(0, 300);
  return (
    /^#{1,6}\s/.test(text) || /:\**$/.test(text) || /^[*_`"'(\d.\s-]*\S+[*_`"'):]*$/.test(text)
  );
};
