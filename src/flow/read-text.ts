import { readFileSync } from 'node:fs';

/** @returns null where the file is not there or cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // most clients' files are not there
  }
}
