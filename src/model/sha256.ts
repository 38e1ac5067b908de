import { createHash } from 'node:crypto';

/** @param data a text counts as its UTF-8 bytes. @returns 64 hex digits. */
export const sha256Hex = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');
