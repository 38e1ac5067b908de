// Content-addressed bytes and sequences of them. A conversation that resends its history adds only what is new in it.
import { createHash } from 'node:crypto';
import { digestOfDigests } from '../log/leaf.ts';
import type { Database } from './database.ts';
import { packFlushed, type Packed, unpack } from './packing.ts';

/** @returns the part's row. */
export const putPart = (database: Database, bytes: Uint8Array): number =>
  putDigested(database, bytes, createHash('sha256').update(bytes).digest());

/** Stores parts in order. @returns their rows, and what `digestOfParts` says of them. */
export function putParts(
  database: Database,
  pieces: readonly Uint8Array[],
): { readonly parts: readonly number[]; readonly digest: Uint8Array } {
  const hash = createHash('sha256');
  const parts = pieces.map((bytes) => {
    const sha256 = createHash('sha256').update(bytes).digest();
    hash.update(sha256);
    return putDigested(database, bytes, sha256);
  });
  return { parts, digest: hash.digest() };
}

function putDigested(database: Database, bytes: Uint8Array, sha256: Uint8Array): number {
  const known = database.get<{ n: number }>('SELECT n FROM parts WHERE sha256 = ?', [sha256]);
  if (known !== undefined) return known.n;
  const { codec, data } = packFlushed(bytes);
  return database.run('INSERT INTO parts (sha256, codec, bytes, data) VALUES (?, ?, ?, ?)', [
    sha256,
    codec,
    bytes.length,
    data,
  ]);
}

export function readPart(database: Database, part: number): Uint8Array {
  const row = database.get<Packed>('SELECT codec, data FROM parts WHERE n = ?', [part]);
  if (row === undefined) throw new Error(`part ${part} is missing`);
  return unpack(row);
}

export const readParts = (database: Database, parts: readonly number[]): Uint8Array =>
  Buffer.concat(parts.map((part) => readPart(database, part)));

/** SHA-256 of a part's content as its row claims it; `isPartSound` checks the claim. */
export function partDigest(database: Database, part: number): Uint8Array {
  const row = database.get<{ sha256: Uint8Array }>('SELECT sha256 FROM parts WHERE n = ?', [part]);
  if (row === undefined) throw new Error(`part ${part} is missing`);
  return row.sha256;
}

/** SHA-256 over the parts' digests in order: stands for the sequence without reading its content. */
export const digestOfParts = (database: Database, parts: readonly number[]): Uint8Array =>
  digestOfDigests(parts.map((part) => partDigest(database, part)));

/** Does the content still have the digest that names it? */
export function isPartSound(database: Database, part: number): boolean {
  try {
    const sha256 = createHash('sha256').update(readPart(database, part)).digest();
    return sha256.equals(partDigest(database, part));
  } catch {
    return false; // bytes that do not even unpack are as wrong as others
  }
}
