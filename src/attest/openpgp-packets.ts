// OpenPGP's framing (RFC 9580, 4.2 and 5.2.3.7): packets and the subpackets of signatures.
import { createHash } from 'node:crypto';
import { readAll, type SshReader } from './ssh-wire.ts';

export const SIGNATURE_TAG = 2;
/** Of a primary key and of a subkey. */
export const KEY_TAGS: ReadonlySet<number> = new Set([6, 14]);

export interface Packet {
  readonly tag: number;
  readonly body: Buffer;
}

export interface Subpacket {
  readonly type: number;
  readonly isCritical: boolean;
  readonly body: Buffer;
}

/** @returns null where the bytes are no sequence of packets, or one comes in parts. */
export const readPackets = (bytes: Uint8Array): readonly Packet[] | null =>
  readEach(bytes, readPacket);

/** @returns null where the area is no sequence of subpackets. */
export const readSubpackets = (area: Uint8Array): readonly Subpacket[] | null =>
  readEach(area, (reader) => {
    const length = readLength(reader);
    if (length === null || length === 0) return null;
    const type = reader.byte();
    return { type: type & 0x7f, isCritical: type >= 0x80, body: reader.take(length - 1) };
  });

const readEach = <T>(bytes: Uint8Array, read: (reader: SshReader) => T | null): T[] | null =>
  readAll(bytes, (reader) => {
    const found: T[] = [];
    while (reader.left() > 0) {
      const next = read(reader);
      if (next === null) return null;
      found.push(next);
    }
    return found;
  });

function readPacket(reader: SshReader): Packet | null {
  const first = reader.byte();
  if (first < 0x80) return null;
  const isOld = first < 0xc0;
  const length = isOld ? readOldLength(reader, first & 3) : readLength(reader);
  if (length === null) return null;
  return { tag: isOld ? (first & 0x3c) >> 2 : first & 0x3f, body: reader.take(length) };
}

function readOldLength(reader: SshReader, kind: number): number | null {
  if (kind === 0) return reader.byte();
  if (kind === 1) return reader.take(2).readUInt16BE(0);
  return kind === 2 ? reader.uint32() : null; // to the end of the file: nothing that is signed comes so
}

/** @returns null for a part of a packet. */
function readLength(reader: SshReader): number | null {
  const first = reader.byte();
  if (first < 192) return first;
  if (first < 224) return (first - 192) * 256 + reader.byte() + 192;
  return first === 255 ? reader.uint32() : null;
}

/** With a length of two bytes: enough for every signature and key. */
export function formatPacket(tag: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(3);
  header.writeUInt8(0x81 | (tag << 2));
  header.writeUInt16BE(Math.min(body.length, 0xffff), 1);
  return Buffer.concat([header, body.subarray(0, 0xffff)]);
}

export function formatSubpacket(type: number, body: Uint8Array): Buffer {
  const length = body.length + 1;
  const header =
    length < 192
      ? [length]
      : length < 8384
        ? [((length - 192) >> 8) + 192, (length - 192) & 0xff]
        : [255, 0, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([...header, type]), body]);
}

/** Of a version 4 key, 20 bytes: SHA-1 as OpenPGP fixes it. */
export const fingerprintOfKey = (body: Uint8Array): Buffer =>
  createHash('sha1').update(formatPacket(6, body)).digest();
