// Makes a folder and those above it, one by one: where none can be made Node's own way says ENOENT of a file system that
// is read-only, and on one that knows no folders of ours (/proc) it never returns.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from './fault.ts';

/**
 * Only its owner may enter what is made: state of ours.
 *
 * @throws Fault STORE_UNREADABLE, STORE_FULL: what the system says of the first that cannot be made.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    if (existsSync(path)) return; // somebody else was faster
    throw placeFault(cause);
  }
}

/** @param cause what the system says of a file or folder of ours. */
export function placeFault(cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].some((code) => why.startsWith(code));
  return new Fault(isFull ? 'STORE_FULL' : 'STORE_UNREADABLE', why, { cause });
}
