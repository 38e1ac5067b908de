// Unified diffs, git's and plain ones: `--- a/x`, `+++ b/x`, `@@ -1,4 +1,5 @@`. Renames, new and deleted files are read
// from git's extended headers. Counts in hunk headers are obeyed, so that a removed line `-- x` is no header.
import type { Edit, HunkLine } from '../model/edit.ts';

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

interface FileDiff {
  from: string | null;
  to: string | null;
  renamedFrom: string | null;
  renamedTo: string | null;
  isDeleted: boolean;
  isNew: boolean;
  readonly hunks: HunkLine[][];
}

interface State {
  readonly files: FileDiff[];
  /** Lines that the current hunk still owes, by side. */
  oldLeft: number;
  newLeft: number;
}

export const holdsUnifiedDiff = (text: string): boolean =>
  /^--- .+\r?\n\+\+\+ .+/m.test(text) || /^rename from .+\r?\nrename to .+/m.test(text);

/**
 * @param strip leading path segments to drop, as `patch -p`; null: one where git's a/ and b/ stand, else none.
 * @returns edits in order; nothing for what is no diff. Lines are without CR.
 * @throws never.
 */
export function parseUnifiedDiff(text: string, strip: number | null = null): readonly Edit[] {
  const state: State = { files: [], oldLeft: 0, newLeft: 0 };
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (state.oldLeft > 0 || state.newLeft > 0) readHunkLine(state, line);
    else readHeader(state, line);
  }
  return state.files.flatMap((file) => toEdits(file, strip));
}

function readHunkLine(state: State, line: string): void {
  const hunk = state.files.at(-1)?.hunks.at(-1);
  const mark = line === '' ? ' ' : line[0];
  if (hunk === undefined || (mark !== ' ' && mark !== '+' && mark !== '-')) {
    // "\ No newline at end of file" counts for nothing; anything else ends a hunk whose counts were wrong
    if (mark === '\\') return;
    state.oldLeft = 0;
    state.newLeft = 0;
    readHeader(state, line);
    return;
  }
  hunk.push({ mark, text: line.slice(1) });
  if (mark !== '+') state.oldLeft -= 1;
  if (mark !== '-') state.newLeft -= 1;
}

function readHeader(state: State, line: string): void {
  const hunk = HUNK.exec(line);
  const file = state.files.at(-1);
  if (hunk !== null && file !== undefined) {
    file.hunks.push([]);
    state.oldLeft = Number(hunk[1] ?? '1');
    state.newLeft = Number(hunk[2] ?? '1');
  } else if (line.startsWith('diff --git ')) {
    state.files.push(openFile());
  } else if (line.startsWith('--- ')) {
    readOldName(state, line.slice(4));
  } else if (file !== undefined) {
    readFact(file, line);
  }
}

/** A plain diff has no `diff --git` line: `---` opens the next file where the current one has its names already. */
function readOldName(state: State, name: string): void {
  const current = state.files.at(-1);
  const file = current === undefined || current.to !== null ? openFile() : current;
  if (file !== current) state.files.push(file);
  file.from = cleanName(name);
}

function readFact(file: FileDiff, line: string): void {
  if (line.startsWith('+++ ')) file.to = cleanName(line.slice(4));
  else if (line.startsWith('rename from ')) file.renamedFrom = line.slice(12);
  else if (line.startsWith('rename to ')) file.renamedTo = line.slice(10);
  else if (line.startsWith('deleted file mode ')) file.isDeleted = true;
  else if (line.startsWith('new file mode ')) file.isNew = true;
}

const openFile = (): FileDiff => ({
  from: null,
  to: null,
  renamedFrom: null,
  renamedTo: null,
  isDeleted: false,
  isNew: false,
  hunks: [],
});

/** Without the time that diff(1) writes after a tab, and without git's quotes. */
function cleanName(name: string): string {
  const bare = (name.split('\t')[0] ?? '').trim();
  return bare.startsWith('"') && bare.endsWith('"') ? bare.slice(1, -1) : bare;
}

function toEdits(file: FileDiff, strip: number | null): readonly Edit[] {
  const { renamedFrom, renamedTo, hunks } = file;
  if (renamedFrom === null || renamedTo === null) return changeOf(file, strip);
  return hunks.length === 0
    ? [{ kind: 'rename', path: renamedFrom, movedTo: renamedTo }]
    : [{ kind: 'patch', path: renamedFrom, movedTo: renamedTo, hunks }];
}

function changeOf(file: FileDiff, strip: number | null): readonly Edit[] {
  // `--- text` alone is a rule or a heading
  if (file.to === null && !file.isDeleted) return [];
  const { hunks } = file;
  const from = stripName(file.from, strip);
  const to = file.isDeleted ? null : stripName(file.to, strip);
  if (to === null) return from === null ? [] : [{ kind: 'delete', path: from }];
  if (hunks.length === 0) return [];
  return from === null || file.isNew
    ? [{ kind: 'write', path: to, text: addedText(hunks) }]
    : [{ kind: 'patch', path: to, movedTo: null, hunks }];
}

function stripName(name: string | null, strip: number | null): string | null {
  if (name === null || name === '/dev/null') return null;
  if (strip === null) return name.replace(/^[abciow]\//, '');
  return name.split('/').slice(strip).join('/') || name;
}

const addedText = (hunks: readonly (readonly HunkLine[])[]): string =>
  hunks
    .flat()
    .filter((line) => line.mark === '+')
    .map((line) => `${line.text}\n`)
    .join('');
