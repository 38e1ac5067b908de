// c2sp.org/tlog-witness: the request to cosign a checkpoint, and what a witness must answer. Nothing here remembers: the
// caller keeps what was cosigned last, before it answers.
import { type Checkpoint, parseCheckpoint, parseCount, parsePath } from './checkpoint.ts';
import { emptyRoot, isSameHash } from './hash.ts';
import { openNote, parseNote, parseVkey } from './note.ts';
import { isConsistent } from './verify.ts';

export interface AddCheckpoint {
  readonly oldSize: number;
  readonly path: readonly Uint8Array[];
  /** The signed note, ended by LF. */
  readonly note: string;
}

export type WitnessAnswer =
  | { readonly kind: 'cosign'; readonly text: string; readonly checkpoint: Checkpoint }
  | { readonly kind: 'unknown-origin' } // 404
  | { readonly kind: 'unsigned' } // 403
  | { readonly kind: 'bad-request' } // 400
  | { readonly kind: 'stale'; readonly size: number } // 409: the client speaks of another state
  | { readonly kind: 'forked'; readonly how: 'same-size' | 'no-proof' }; // 409, 422: signed, and of another history

export function formatAddCheckpoint(request: AddCheckpoint): string {
  const hashes = request.path.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
  return `old ${request.oldSize}\n${hashes.join('')}\n${request.note}`;
}

/** @returns null if malformed; nothing is verified. */
export function parseAddCheckpoint(body: string): AddCheckpoint | null {
  const split = body.indexOf('\n\n');
  if (split < 0) return null;
  const [first = '', ...lines] = body.slice(0, split).split('\n');
  const oldSize = parseCount(/^old (.*)$/.exec(first)?.[1] ?? '');
  const path = parsePath(lines);
  return oldSize === null || path === null ? null : { oldSize, path, note: body.slice(split + 2) };
}

/** The origin that a request is about; null if it names none. */
export const originOf = ({ note }: AddCheckpoint): string | null =>
  parseCheckpoint(parseNote(note)?.text ?? '')?.origin ?? null;

/**
 * @param vkey of the log that has this origin; null: the witness does not know it.
 * @param known the newest checkpoint that this witness cosigned for it; null: none yet.
 */
export function judgeAddCheckpoint(
  request: AddCheckpoint,
  vkey: string | null,
  known: Checkpoint | null,
): WitnessAnswer {
  const key = parseVkey(vkey ?? '');
  if (key === null) return { kind: 'unknown-origin' };
  const opened = openNote(request.note, key);
  if (opened.kind !== 'signed') return { kind: 'unsigned' };
  const checkpoint = parseCheckpoint(opened.note.text);
  if (checkpoint?.origin !== key.name) return { kind: 'unsigned' };
  return request.oldSize > checkpoint.size
    ? { kind: 'bad-request' }
    : judgeGrowth(request, { text: opened.note.text, checkpoint }, known);
}

function judgeGrowth(
  { oldSize, path }: AddCheckpoint,
  signed: { readonly text: string; readonly checkpoint: Checkpoint },
  known: Checkpoint | null,
): WitnessAnswer {
  const last = known ?? { size: 0, root: emptyRoot() };
  const { size, root } = signed.checkpoint;
  if (oldSize !== last.size) return { kind: 'stale', size: last.size };
  if (oldSize === size && !isSameHash(last.root, root)) return { kind: 'forked', how: 'same-size' };
  const claim = { oldSize, newSize: size, oldRoot: last.root, newRoot: root };
  return isConsistent(claim, path)
    ? { kind: 'cosign', ...signed }
    : { kind: 'forked', how: 'no-proof' };
}
