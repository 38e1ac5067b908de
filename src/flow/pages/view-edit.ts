// An edit as a diff with context: what a browser shows beside or below each other.
import { matchSequences } from '../../match/diff.ts';
import type { Edit, HunkLine } from '../../model/edit.ts';
import type { EditView } from '../../model/pages.ts';

/** More of one edit is counted only: a page of a hundred thousand lines helps nobody. */
const LINES_MAX = 2000;
const LINE_CHARS_MAX = 4000;
/** Of two texts; above it they are shown one after the other. */
const DIFF_LINES_MAX = 20_000;
const CONTEXT = 3;

/** @param linesMax lines of all hunks together. */
export function viewEdit(edit: Edit, linesMax: number = LINES_MAX): EditView {
  const hunks = hunksOf(edit);
  const all = hunks.flat();
  const count = (mark: HunkLine['mark']): number => all.filter((line) => line.mark === mark).length;
  return {
    kind: edit.kind,
    path: edit.kind === 'command' ? null : edit.path,
    movedTo: edit.kind === 'rename' || edit.kind === 'patch' ? edit.movedTo : null,
    hunks: cutHunks(hunks, linesMax),
    added: count('+'),
    removed: count('-'),
    more: Math.max(0, all.length - linesMax),
  };
}

function hunksOf(edit: Edit): readonly (readonly HunkLine[])[] {
  if ('text' in edit) return [markAll(edit.text, edit.kind === 'told' ? ' ' : '+')];
  switch (edit.kind) {
    case 'replace':
      return diffHunks(splitLines(edit.before), splitLines(edit.after));
    case 'patch':
      return edit.hunks;
    case 'command':
      return [markAll(edit.command, ' ')];
    case 'delete':
    case 'rename':
      return [];
  }
}

/** A final line end adds no line. */
const splitLines = (text: string): readonly string[] =>
  text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);

const markAll = (text: string, mark: HunkLine['mark']): readonly HunkLine[] =>
  splitLines(text).map((line) => ({ mark, text: line }));

function diffHunks(
  before: readonly string[],
  after: readonly string[],
): readonly (readonly HunkLine[])[] {
  const removed = before.map((text): HunkLine => ({ mark: '-', text }));
  const added = after.map((text): HunkLine => ({ mark: '+', text }));
  if (before.length + after.length > DIFF_LINES_MAX) return [[...removed, ...added]];
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    const known = numbers.get(text) ?? numbers.size + 1;
    numbers.set(text, known);
    return known;
  };
  const weights = [0, ...[...before, ...after].map(() => 1)];
  const [from, to] = [before.map(numberOf), after.map(numberOf)];
  // a blank line says little about where it belongs
  for (const [text, number] of numbers) weights[number] = text.trim().length < 3 ? 1 : 3;
  const matching = matchSequences(from, to, (number) => weights[number] ?? 1);
  return foldContext(mergeLines({ before: removed, after: added, matching }));
}

/** All lines in the order in which a diff tells them: removed before added. */
function mergeLines(sides: {
  readonly before: readonly HunkLine[];
  readonly after: readonly HunkLine[];
  readonly matching: Int32Array;
}): readonly HunkLine[] {
  const { before, after, matching } = sides;
  const lines: HunkLine[] = [];
  let from = 0;
  after.forEach((line, to) => {
    const match = matching[to] ?? -1;
    if (match < 0) {
      // what goes away stands before what comes in its place
      const next = [...matching.subarray(to)].find((at) => at >= 0) ?? before.length;
      lines.push(...before.slice(from, next), line);
      from = Math.max(from, next);
      return;
    }
    lines.push(...before.slice(from, match), { mark: ' ', text: line.text });
    from = match + 1;
  });
  return [...lines, ...before.slice(from)];
}

/** Cuts long stretches that did not change. */
function foldContext(lines: readonly HunkLine[]): readonly (readonly HunkLine[])[] {
  const near = new Uint8Array(lines.length);
  lines.forEach((line, at) => {
    if (line.mark !== ' ') near.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  const hunks: HunkLine[][] = [];
  lines.forEach((line, at) => {
    if (near[at] !== 1) return;
    if (near[at - 1] === 1) hunks.at(-1)?.push(line);
    else hunks.push([line]);
  });
  return hunks;
}

function cutHunks(
  hunks: readonly (readonly HunkLine[])[],
  linesMax: number,
): readonly (readonly HunkLine[])[] {
  let left = linesMax;
  return hunks.flatMap((hunk) => {
    const kept = hunk.slice(0, Math.max(0, left));
    left -= hunk.length;
    return kept.length === 0 ? [] : [kept.map(cutLine)];
  });
}

const cutLine = ({ mark, text }: HunkLine): HunkLine =>
  text.length <= LINE_CHARS_MAX
    ? { mark, text }
    : { mark, text: `${text.slice(0, LINE_CHARS_MAX)} … ${String(text.length)} characters` };
