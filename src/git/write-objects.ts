// Writing objects without one process each: they go to git as one pack, and `git unpack-objects` stores them where and
// how this repository stores objects (SHA-256, worktrees, alternates, quarantine, shared permissions).
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

const TYPES = { commit: 1, tree: 2, blob: 3 } as const satisfies Record<string, number>;
const FAST = { level: 1 } as const;

export type WritableType = keyof typeof TYPES;

export interface ObjectBatch {
  /** @returns the object's id; it exists only after `write`. */
  readonly add: (type: WritableType, content: Uint8Array) => string;
  /** Stores all that was added. @throws Fault GIT_FAILED. */
  readonly write: () => Promise<void>;
}

export function openBatch(repository: Repository): ObjectBatch {
  const algorithm = repository.objectFormat;
  const packed = new Map<string, Buffer>();
  return {
    add: (type, content) => {
      const hash = createHash(algorithm);
      const oid = hash.update(`${type} ${content.byteLength}\0`).update(content).digest('hex');
      if (!packed.has(oid))
        packed.set(
          oid,
          Buffer.concat([packHeader(TYPES[type], content.byteLength), deflateSync(content, FAST)]),
        );
      return oid;
    },
    write: async () => {
      if (packed.size === 0) return;
      const count = Buffer.alloc(4);
      count.writeUInt32BE(packed.size);
      const body = Buffer.concat([
        Buffer.from('PACK\0\0\0\x02', 'latin1'),
        count,
        ...packed.values(),
      ]);
      const pack = Buffer.concat([body, createHash(algorithm).update(body).digest()]);
      await runGit(repository.caller, ['unpack-objects', '-q'], { stdin: pack });
    },
  };
}

/** gitformat-pack: three bits of type, then the length, seven bits a byte after the first four. */
function packHeader(type: number, length: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(length / 16);
  let byte = type * 16 + (length % 16);
  while (rest > 0) {
    bytes.push(byte + 128);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, byte]);
}
