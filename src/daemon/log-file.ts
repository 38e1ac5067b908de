// The daemon's own log: lines with a time, rotated, and through the mask like everything else that is written.
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../model/make-folder.ts';

const BYTES_MAX = 4 * 1024 * 1024;

export type WriteLog = (line: string) => void;

/**
 * @param mask what takes secrets out of a line.
 * @returns a function that appends one line; it never throws, since nobody could read why.
 */
export function openLogFile(path: string, mask: (text: string) => string): WriteLog {
  makeFolder(dirname(path));
  return (line) => {
    try {
      rotate(path);
      const text = mask(line).replaceAll('\n', '\n  ');
      appendFileSync(path, `${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
    } catch {
      // a full disk: the requests that it stops are told themselves
    }
  };
}

/** One older file is kept. */
function rotate(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > BYTES_MAX) renameSync(path, `${path}.1`);
}

/** @returns the last lines, oldest first; '' where nothing was written. */
export async function readLogEnd(path: string, lines: number): Promise<string> {
  const parts = await Promise.all(
    [`${path}.1`, path].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const all = parts.join('').split('\n').slice(0, -1);
  return all
    .slice(-lines)
    .map((line) => `${line}\n`)
    .join('');
}
