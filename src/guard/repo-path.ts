// One spelling for each path, so that a rule cannot be walked around: `./x`, `a/../x`, `X` on a disk that ignores case,
// composed and decomposed letters, characters that HFS+ drops and endings that NTFS drops all name the same file.

/** Code points that HFS+ ignores in names, as git's own check of `.git` lists them. */
const IGNORED_ON_HFS = /[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/gu;
/** NTFS drops dots and blanks at the end of a name and reads `name::$DATA` as the file itself. */
const DROPPED_ON_NTFS = /(?:[. ]+|:[^/]*)$/;

/**
 * The path as rules see it: relative, forward slashes, no `.` or `..`, composed letters. Case is kept: patterns are
 * matched without it.
 *
 * @param path relative to the repository's root.
 * @returns null where it names the root itself or leaves the repository.
 */
export function normalPath(path: string): string | null {
  const names: string[] = [];
  for (const name of path.replaceAll('\\', '/').split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(normalName(name));
    else if (names.pop() === undefined) return null;
  }
  return names.length === 0 ? null : names.join('/');
}

function normalName(name: string): string {
  const plain = name.normalize('NFC').replace(IGNORED_ON_HFS, '').replace(DROPPED_ON_NTFS, '');
  return plain === '' ? name : plain;
}
