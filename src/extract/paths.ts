// Paths as scripts and tool calls write them: joined, never resolved against a disk.

const isAbsolute = (path: string): boolean => /^(?:[/\\~]|[A-Za-z]:[/\\])/.test(path);

/**
 * @param directory '' for where the script starts, null where that is not known any more.
 * @returns null where the place cannot be told.
 */
export function joinPath(directory: string | null, path: string): string | null {
  if (path === '' || path.includes('\0')) return null;
  if (isAbsolute(path)) return path;
  if (directory === null) return null;
  return directory === '' ? cleanPath(path) : cleanPath(`${directory}/${path}`);
}

/** Drops `.` segments and resolves `..` where the segment before it is known. */
function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '.' || (segment === '' && kept.length > 0)) continue;
    const last = kept.at(-1);
    if (segment === '..' && last !== undefined && last !== '' && last !== '..') kept.pop();
    else kept.push(segment);
  }
  return kept.join('/') || '.';
}

export const baseName = (path: string): string =>
  path.replace(/[/\\]+$/, '').replace(/^.*[/\\]/, '');

/** Nothing written there is a file of a project. */
export const isDevice = (path: string): boolean =>
  /^(?:\/dev\/|\/proc\/|NUL$)/.test(path) || path === '-';

/** Does a word look like the name of a file, as opposed to an option, a URL or a plain word? */
export const isPathLike = (word: string): boolean =>
  !word.startsWith('-') &&
  !/^[a-z][a-z0-9+.-]*:\/\//i.test(word) &&
  !/[\s"'|;<>$=,()]/.test(word) &&
  (/[/\\]/.test(word) ||
    /^\.?[\w-]+(\.[\w-]+)*\.[A-Za-z]\w{0,9}$/.test(word) ||
    /^\.\w/.test(word)) &&
  !/^[@\w-]+\/[\w.-]+@[\w.^~-]+$/.test(word);
