// Reads many files one after the other into the same memory: to give each its own costs more than to read it.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const BUFFER_BYTES = 1024 * 1024;
/** A larger file is no source code, and a string cannot hold it safely. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** @returns what reads a file: its bytes, good until the next call, or null for one that is too large. */
export function openReader(): (file: string) => Buffer | null {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  return (file) => {
    const handle = openSync(file, 'r');
    try {
      const read = fill(handle, buffer, 0);
      return read < buffer.length ? buffer.subarray(0, read) : readLarge(handle, buffer);
    } finally {
      closeSync(handle);
    }
  };
}

/** Reads until the file ends or the memory is full. @returns where it came to. */
function fill(handle: number, buffer: Buffer, from: number): number {
  let at = from;
  while (at < buffer.length) {
    const read = readSync(handle, buffer, at, buffer.length - at, null);
    if (read === 0) break;
    at += read;
  }
  return at;
}

/** @param start what was read of it. */
function readLarge(handle: number, start: Buffer): Buffer | null {
  const { size } = fstatSync(handle);
  if (size > FILE_BYTES_MAX) return null;
  const whole = Buffer.allocUnsafeSlow(Math.max(size, start.length));
  start.copy(whole);
  return whole.subarray(0, fill(handle, whole, start.length));
}
