// c2sp.org/tlog-checkpoint: what a signed note says about a log, and c2sp.org/tlog-proof around it.
import { HASH_BYTES } from './hash.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** An offline proof that one leaf is in the log. */
interface LogProof {
  /** 0-based. */
  readonly index: number;
  readonly path: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: string;
}

const PROOF_HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves has paths of 53 hashes. */
const PATH_LENGTH_MAX = 63;

/** @returns the text to sign, ended by LF. */
export const formatCheckpoint = (checkpoint: Checkpoint): string =>
  `${checkpoint.origin}\n${checkpoint.size}\n${base64(checkpoint.root)}\n`;

/** @param text of the note, without signatures; extension lines are allowed and ignored. Null if malformed. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin = '', count = '', hash = '', ...more] = text.split('\n');
  const size = parseCount(count);
  const root = parseHash(hash);
  if (origin === '' || size === null || root === null) return null;
  const isEnded = more.at(-1) === '' && more.slice(0, -1).every((line) => line !== '');
  return isEnded ? { origin, size, root } : null;
}

export function formatProof(proof: LogProof): string {
  const lines = [PROOF_HEADER, `index ${proof.index}`, ...proof.path.map(base64)];
  return `${lines.join('\n')}\n\n${proof.checkpoint}`;
}

/** @returns null if malformed; nothing is verified. */
export function parseProof(text: string): LogProof | null {
  const split = text.indexOf('\n\n');
  if (split < 0) return null;
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== PROOF_HEADER) return null;
  if (lines[0]?.startsWith('extra ') === true) lines.shift();
  const index = parseCount(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  const path = parsePath(lines);
  return index !== null && path !== null
    ? { index, path, checkpoint: text.slice(split + 2) }
    : null;
}

/** One hash a line. @returns null where a line is none, or there are more than any tree can need. */
export function parsePath(lines: readonly string[]): readonly Uint8Array[] | null {
  const path = lines.flatMap((line) => parseHash(line) ?? []);
  return path.length === lines.length && path.length <= PATH_LENGTH_MAX ? path : null;
}

/** Decimal without sign or leading zeroes, at most 2^53 - 1. */
export function parseCount(text: string): number | null {
  const value = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : null;
}

function parseHash(line: string): Uint8Array | null {
  const bytes = Buffer.from(line, 'base64');
  // node reads sloppy base64: only its own spelling counts
  return bytes.length === HASH_BYTES && base64(bytes) === line ? bytes : null;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
