// What a `-U0` patch adds, by line. Reads the output of `git diff-index --raw -z -p` and its relatives: first the raw
// entries (paths ended by NUL, never quoted), an empty entry, then one patch section for each in the same order.
import { type PatchFile, type AddedRun, type ChangeStatus } from './patch-file.ts';

/** The options that make git write what this file reads, whatever the user's configuration says. */
export const PATCH_OPTIONS: readonly string[] = [
  '--raw',
  '-z',
  '-p',
  '-U0',
  '--inter-hunk-context=0',
  '--full-index',
  '--no-renames',
  '--no-relative',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--ignore-submodules=none',
  '--submodule=short',
];

interface RawEntry {
  readonly path: string;
  readonly status: ChangeStatus;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldBlob: string;
  readonly newBlob: string;
}

interface Section {
  readonly runs: readonly AddedRun[];
  /** git took the content for binary and shows no lines. */
  readonly isBinary: boolean;
}

const RAW_ENTRY = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([ADMTU])/;
const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const SECTION_START = Buffer.from('diff --git ');
const LF = 10;

/** Reads what `diff-index` writes. @returns the files in git's order. */
export function parsePatch(output: Buffer): readonly PatchFile[] {
  return readPatch(output, 0).files;
}

/** Reads what `diff-tree --stdin` writes: each commit's id, ended by NUL, before its patch. Empty commits are absent. */
export function parseCommitPatches(output: Buffer): readonly CommitPatch[] {
  const patches: CommitPatch[] = [];
  let at = 0;
  for (let id = commitAt(output, at); id !== null; id = commitAt(output, at)) {
    const { files, end } = readPatch(output, at + id.length + 1);
    patches.push({ commit: id, files });
    at = end;
  }
  return patches;
}

export interface CommitPatch {
  readonly commit: string;
  readonly files: readonly PatchFile[];
}

function readPatch(output: Buffer, start: number): { files: readonly PatchFile[]; end: number } {
  const { entries, patchStart } = readEntries(output, start);
  const { sections, end } = readSections(output, patchStart);
  let next = 0;
  const files = entries.map((entry) => {
    const { oldBlob, newBlob, ...facts } = entry;
    // a path that turns from a file into a link is shown as a removal and an addition
    const count = entry.status === 'T' ? 2 : Number(hasSection(entry));
    const own = sections.slice(next, next + count);
    next += count;
    return {
      ...facts,
      oldBlob: isZero(oldBlob) ? null : oldBlob,
      newBlob: isZero(newBlob) ? null : newBlob,
      runs: own.flatMap((section) => section.runs),
      isBinary: own.some((section) => section.isBinary),
    };
  });
  return { files, end };
}

/** A commit id ended by NUL, which no line of a patch outside a hunk begins with. */
function commitAt(output: Buffer, at: number): string | null {
  for (const length of [40, 64]) {
    if (output[at + length] !== 0) continue;
    const id = output.toString('latin1', at, at + length);
    if (/^[0-9a-f]+$/.test(id)) return id;
  }
  return null;
}

const isZero = (oid: string): boolean => /^0+$/.test(oid);

const hasSection = (entry: RawEntry): boolean =>
  entry.status !== 'U' && (entry.oldBlob !== entry.newBlob || entry.oldMode !== entry.newMode);

const isStatus = (letter: string | undefined): letter is ChangeStatus =>
  letter !== undefined && 'ADMTU'.includes(letter);

function readEntries(
  output: Buffer,
  start: number,
): { entries: readonly RawEntry[]; patchStart: number } {
  const entries: RawEntry[] = [];
  let at = start;
  while (output[at] === 58 /* : */) {
    const factsEnd = output.indexOf(0, at);
    const pathEnd = output.indexOf(0, factsEnd + 1);
    if (factsEnd < 0 || pathEnd < 0) break;
    const match = RAW_ENTRY.exec(output.toString('latin1', at, factsEnd));
    const [, oldMode = '', newMode = '', oldBlob = '', newBlob = '', status] = match ?? [];
    const path = output.toString('utf8', factsEnd + 1, pathEnd);
    if (isStatus(status)) entries.push({ path, status, oldMode, newMode, oldBlob, newBlob });
    at = pathEnd + 1;
  }
  return { entries, patchStart: at + 1 };
}

function readSections(patch: Buffer, start: number): { sections: readonly Section[]; end: number } {
  const sections: { runs: AddedRun[]; isBinary: boolean }[] = [];
  let at = start;
  while (at < patch.length && commitAt(patch, at) === null) {
    const end = lineEnd(patch, at);
    const section = sections.at(-1);
    if (patch.subarray(at, at + SECTION_START.length).equals(SECTION_START)) {
      sections.push({ runs: [], isBinary: false });
    } else if (section !== undefined && patch[at] === 64 /* @ */) {
      const hunk = readHunk(patch, at);
      if (hunk.run !== null) section.runs.push(hunk.run);
      at = hunk.end;
      continue;
    } else if (section !== undefined && patch[at] === 66 /* Binary files … differ */) {
      section.isBinary = true;
    }
    at = end + 1;
  }
  return { sections, end: at };
}

/** Lines are counted as the hunk's header says: content that looks like a header is content. */
function readHunk(patch: Buffer, start: number): { run: AddedRun | null; end: number } {
  let at = lineEnd(patch, start) + 1;
  const header = HUNK.exec(patch.toString('latin1', start, at));
  const [, removed = '1', firstLine = '1', added = '1'] = header ?? [];
  const skip = (count: number): void => {
    for (let done = 0; done < count; done += 1) at = lineEnd(patch, at) + 1;
    if (patch[at] === 92 /* \ No newline at end of file */) at = lineEnd(patch, at) + 1;
  };
  skip(Number(removed));
  const lines: string[] = [];
  for (let left = Number(added); left > 0; left -= 1) {
    const end = lineEnd(patch, at);
    lines.push(patch.toString('utf8', at + 1, end));
    at = end + 1;
  }
  skip(0);
  return { run: lines.length > 0 ? { firstLine: Number(firstLine), lines } : null, end: at };
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(LF, from);
  return end < 0 ? bytes.length : end;
}
