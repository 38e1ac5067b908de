// What a tool call wrote, as a diff.
import type { Edit } from '../model/edit.ts';
import { plainLine, plainText, wrapColumns } from './plain-text.ts';
import type { Style } from './style.ts';

export interface Page {
  /** Columns. */
  readonly width: number;
  readonly style: Style;
  /** Lines of one text before the rest is only counted. */
  readonly linesMax: number;
}

/** @returns lines without LF. */
export function editLines(edit: Edit, page: Page): readonly string[] {
  if ('text' in edit) return marked(edit.text, edit.kind === 'told' ? ' ' : '+', page);
  switch (edit.kind) {
    case 'replace':
      return [...marked(edit.before, '-', page), ...marked(edit.after, '+', page)];
    case 'patch':
      return patchLines(edit, page);
    case 'delete':
      return [page.style.removed('(deleted)')];
    case 'rename':
      return [`→ ${plainLine(edit.movedTo)}`];
    case 'command':
      return marked(edit.command, '$', page);
  }
}

/** The path that an edit names, for headings; '' for commands and what was said. */
export function editTarget(edit: Edit): string {
  if (edit.kind === 'command' || edit.kind === 'told') return '';
  return plainLine(edit.path ?? '(code in the answer)');
}

function patchLines(edit: Extract<Edit, { kind: 'patch' }>, page: Page): readonly string[] {
  const moved = edit.movedTo === null ? [] : [`→ ${plainLine(edit.movedTo)}`];
  const hunks = edit.hunks.flatMap((hunk, i) => [
    ...(i === 0 ? [] : [page.style.faint('⋮')]),
    ...hunk.flatMap((line) => paint(plainText(line.text), line.mark, page)),
  ]);
  return [...moved, ...cutLines(hunks, page)];
}

/** Lines of a text behind a mark; a final line end adds no line. */
export function marked(text: string, mark: '+' | '-' | '$' | ' ', page: Page): readonly string[] {
  if (text === '') return [];
  const lines = plainText(text).replace(/\n$/, '').split('\n');
  return cutLines(
    lines.flatMap((line) => paint(line, mark, page)),
    page,
  );
}

/** The first lines, and how many more there are. */
export function cutLines(lines: readonly string[], page: Page): readonly string[] {
  const more = lines.length - page.linesMax;
  // one line more costs no more than saying so
  if (more <= 1) return lines;
  return [...lines.slice(0, page.linesMax), page.style.faint(`… ${more} more lines`)];
}

/** What is too long goes on in the next line, behind no mark: whoever reads a diff must see all of it. */
function paint(line: string, mark: string, page: Page): readonly string[] {
  const parts = wrapColumns(line.replaceAll('\t', '  '), Math.max(1, page.width - 2));
  const marks = parts.map((part, i) => `${i === 0 ? mark : ' '} ${part}`);
  if (mark === '+') return marks.map((each) => page.style.added(each));
  return mark === '-' ? marks.map((each) => page.style.removed(each)) : marks;
}
