// The patch envelope of OpenAI's models (V4A): files added, deleted, updated in sections without line numbers, moved.
//
//   *** Begin Patch
//   *** Add File: a.ts            every line '+'
//   *** Delete File: b.ts
//   *** Update File: c.ts
//   *** Move to: d.ts             optional
//   @@ class Cart                 a line to look for, optional
//    context, -removed, +added
//   *** End Patch
import type { Edit, HunkLine } from '../model/edit.ts';

const BEGIN = '*** Begin Patch';
const END = '*** End Patch';
const FILE_HEADER = /^\*\*\* (Add|Delete|Update) File: (.+)$/;
const MOVE = /^\*\*\* Move to: (.+)$/;

interface Section {
  readonly verb: 'Add' | 'Delete' | 'Update';
  readonly path: string;
  movedTo: string | null;
  readonly added: string[];
  readonly hunks: HunkLine[][];
}

export const holdsApplyPatch = (text: string): boolean => text.includes(BEGIN);

/**
 * Reads every envelope in a text; what stands around them is ignored.
 *
 * An envelope without its end counts: models forget it and clients forgive it.
 *
 * @returns edits in order; an added file's text ends in LF, hunk lines are without CR.
 * @throws never.
 */
export function parseApplyPatch(text: string): readonly Edit[] {
  const sections: Section[] = [];
  let isInside = false;
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const trimmed = line.trim();
    if (trimmed === BEGIN) isInside = true;
    else if (trimmed === END) isInside = false;
    else if (isInside) readLine(sections, line);
  }
  return sections.flatMap(toEdits);
}

function readLine(sections: Section[], line: string): void {
  const header = FILE_HEADER.exec(line.trimEnd());
  if (header !== null) {
    sections.push(openSection(header[1], header[2]));
    return;
  }
  const section = sections.at(-1);
  if (section === undefined) return;
  const move = MOVE.exec(line.trimEnd());
  if (move !== null) section.movedTo = (move[1] ?? '').trim();
  else if (section.verb === 'Add') readAdded(section, line);
  else if (section.verb === 'Update') readUpdated(section, line);
}

const openSection = (verb: string | undefined, path: string | undefined): Section => ({
  verb: verb === 'Add' || verb === 'Delete' ? verb : 'Update',
  path: (path ?? '').trim(),
  movedTo: null,
  added: [],
  hunks: [],
});

function readAdded(section: Section, line: string): void {
  if (line.startsWith('+')) section.added.push(line.slice(1));
}

function readUpdated(section: Section, line: string): void {
  if (line === '*** End of File') return;
  if (line.startsWith('@@')) {
    section.hunks.push([]);
    return;
  }
  const mark = markOf(line);
  if (mark === null) return;
  const hunk = section.hunks.at(-1);
  const read: HunkLine = { mark, text: line.slice(1) };
  if (hunk === undefined) section.hunks.push([read]);
  else hunk.push(read);
}

function markOf(line: string): HunkLine['mark'] | null {
  if (line === '') return ' '; // editors strip the blank of an empty context line
  const first = line[0];
  return first === ' ' || first === '+' || first === '-' ? first : null;
}

function toEdits(section: Section): readonly Edit[] {
  const { verb, path, movedTo } = section;
  if (verb === 'Delete') return [{ kind: 'delete', path }];
  if (verb === 'Add') {
    return [{ kind: 'write', path, text: section.added.map((line) => `${line}\n`).join('') }];
  }
  const hunks = section.hunks.map(dropEdgeBlanks).filter((hunk) => hunk.length > 0);
  if (hunks.length > 0) return [{ kind: 'patch', path, movedTo, hunks }];
  return movedTo === null ? [] : [{ kind: 'rename', path, movedTo }];
}

/** The blank line before the next header is layout of the envelope, not context. */
function dropEdgeBlanks(hunk: readonly HunkLine[]): readonly HunkLine[] {
  let end = hunk.length;
  while (end > 0 && hunk[end - 1]?.mark === ' ' && hunk[end - 1]?.text === '') end -= 1;
  return hunk.slice(0, end);
}
