// Lines that git would not show. An attribute (`*.env -diff`) hides a text file from every diff, and a file in UTF-16
// counts as binary; neither may hide a secret. Real binaries stay without lines, and show what can be read in them.
import { findStrings, type BinaryString } from './binary-strings.ts';
import { runGit } from './run-git.ts';
import type { Objects } from './objects.ts';
import type { Repository } from './open-repository.ts';
import type { AddedRun, PatchFile } from './patch-file.ts';

/** Larger than what people or models write; git itself reads such files whole only when asked to. */
const HIDDEN_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Fills `runs` of a file that git calls binary, where its content is text: every line that the old content lacks; else
 * its `strings`.
 */
export async function readHiddenRuns(
  repository: Repository,
  objects: Objects,
  file: PatchFile,
): Promise<PatchFile> {
  if (!file.isBinary || file.newBlob === null) return file;
  const bytes = await readBytes(repository, objects, file.newBlob);
  if (bytes === null) return file;
  const old = file.oldBlob === null ? null : await readBytes(repository, objects, file.oldBlob);
  const text = decodeText(bytes);
  if (text === null) return { ...file, strings: newStrings(bytes, old) };
  const before = old === null ? null : decodeText(old);
  return { ...file, runs: newLines(text, before ?? ''), isBinary: false };
}

/** @returns null where there is too much of it. */
async function readBytes(
  repository: Repository,
  objects: Objects,
  blob: string,
): Promise<Buffer | null> {
  const size = await runGit(repository.caller, ['cat-file', '-s', blob]);
  if (Number(size.stdout.toString('utf8')) > HIDDEN_BYTES_MAX) return null;
  return (await objects.read(blob))?.bytes ?? null;
}

function newStrings(bytes: Buffer, old: Buffer | null): readonly BinaryString[] {
  const known = new Set(old === null ? [] : findStrings(old).map(({ text }) => text));
  return findStrings(bytes).filter(({ text }) => !known.has(text));
}

/** @returns null for content that is not text. */
function decodeText(bytes: Buffer): string | null {
  if (bytes.length % 2 === 0 && bytes[0] === 0xff && bytes[1] === 0xfe)
    return bytes.toString('utf16le', 2);
  if (bytes.length % 2 === 0 && bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes).swap16().toString('utf16le', 2);
  return bytes.includes(0) ? null : bytes.toString('utf8');
}

function newLines(text: string, before: string): readonly AddedRun[] {
  const known = new Set(before.split('\n'));
  const runs: { firstLine: number; lines: string[] }[] = [];
  text.split('\n').forEach((line, index) => {
    if (known.has(line)) return;
    const last = runs.at(-1);
    if (last !== undefined && last.firstLine + last.lines.length === index + 1)
      last.lines.push(line);
    else runs.push({ firstLine: index + 1, lines: [line] });
  });
  return runs;
}
