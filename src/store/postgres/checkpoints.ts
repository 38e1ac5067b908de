// Signed tree heads of the shared log. Whoever signs holds the one log key; the database remembers which that is, so that
// an instance with another key cannot make a second log of it.
import { formatCheckpoint, formatProof } from '../../log/checkpoint.ts';
import { isSameHash } from '../../log/hash.ts';
import { formatVkey, noteKey, type NoteSigner } from '../../log/note.ts';
import { signNote } from '../../log/note.ts';
import { proveConsistency, proveInclusion, treeRoot } from '../../log/tree.ts';
import { isIncluded } from '../../log/verify.ts';
import { Fault } from '../../model/fault.ts';
import type { LeafProof, SignedCheckpoint, Store } from '../store.ts';
import { keepRoots, logSize, overTree, readLog } from './log.ts';
import { type Ask, only, type Sql } from './sql.ts';

export interface LogSigner {
  /** null: this process may read what others signed. */
  readonly signer: () => NoteSigner | null;
  readonly isWriter: boolean;
}

/** Signs the log as it is; without the key gives what was signed last. */
export async function signCheckpoint(sql: Sql, log: LogSigner): Promise<SignedCheckpoint> {
  const signer = log.signer();
  if (signer === null) return readSigned(sql.ask);
  const vkey = formatVkey(noteKey(signer));
  await bindKey(sql.ask, log, vkey);
  const size = await logSize(sql.ask);
  if (log.isWriter) await keepRoots(sql.ask, size);
  const root = await overTree(sql.ask, size, (read) => treeRoot(read, size));
  const note = signNote(formatCheckpoint({ origin: signer.name, size, root }), signer);
  if (log.isWriter) await keep(sql, size, note);
  return { origin: signer.name, vkey, size, note };
}

async function bindKey(ask: Ask, { isWriter }: LogSigner, vkey: string): Promise<void> {
  if (isWriter)
    await ask(`INSERT INTO meta (name, value) VALUES ('log', $1) ON CONFLICT (name) DO NOTHING`, [
      Buffer.from(vkey),
    ]);
  const bound = await boundKey(ask);
  if (bound !== null && bound !== vkey)
    throw new Fault(
      'LOG_KEY_WRONG',
      `log: it is signed by ${originOf(bound)}, not by ${originOf(vkey)}`,
    );
}

async function boundKey(ask: Ask): Promise<string | null> {
  const [row] = await ask<{ value: Buffer }>(`SELECT value FROM meta WHERE name = 'log'`);
  return row?.value.toString('utf8') ?? null;
}

const originOf = (vkey: string): string => vkey.split('+')[0] ?? '';

async function readSigned(ask: Ask): Promise<SignedCheckpoint> {
  const vkey = await boundKey(ask);
  const [last] = await ask<{ size: number; note: string }>(
    'SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1',
  );
  if (vkey === null || last === undefined)
    throw new Fault(
      'LOG_KEY_WRONG',
      'log: nothing was signed yet, and this machine has no log key',
    );
  return { origin: originOf(vkey), vkey, ...last };
}

async function keep(sql: Sql, size: number, note: string): Promise<void> {
  await sql.ask(
    'INSERT INTO checkpoints (size, note, at_ms) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING',
    [size, note, Date.now()],
  );
  await sql.ask('DELETE FROM checkpoints WHERE size < (SELECT max(size) FROM checkpoints)');
}

/** The checkpoint that was signed last, null before the first. */
export async function lastCheckpoint(ask: Ask): Promise<string | null> {
  const [row] = await ask<{ note: string }>(
    'SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1',
  );
  return row?.note ?? null;
}

export async function proveLeaf(sql: Sql, log: LogSigner, index: number): Promise<LeafProof> {
  const { origin, vkey, size, note } = await signCheckpoint(sql, log);
  const path = await overTree(sql.ask, size, (read) => proveInclusion(read, index, size));
  return { origin, vkey, proof: formatProof({ index, path, checkpoint: note }) };
}

export const proveGrowth = (
  ask: Ask,
  oldSize: number,
  newSize: number,
): Promise<readonly Uint8Array[]> =>
  overTree(ask, newSize, (read) => proveConsistency(read, oldSize, newSize));

export async function findContradiction(
  ask: Ask,
  claim: Parameters<Store['findContradiction']>[0],
): Promise<string | null> {
  const size = await logSize(ask);
  if (claim.size > size) return `it speaks of ${claim.size} leaves, this log has ${size}`;
  const { root } = claim;
  const own = await overTree(ask, claim.size, (read) => treeRoot(read, claim.size));
  if (!isSameHash(own, root)) return `this log had another root at ${claim.size} leaves`;
  if (claim.proof === null) return null;
  const { index, path } = claim.proof;
  const [entry] = await readLog(ask, index, 1);
  const isIn =
    entry !== undefined &&
    isIncluded({ index, size: claim.size, root, leafHash: entry.leafHash }, path);
  return isIn ? null : `leaf ${index} of this log is not what it proves`;
}

export async function readKey(ask: Ask): Promise<Uint8Array> {
  const { value } = only(await ask<{ value: Buffer }>(`SELECT value FROM meta WHERE name = 'key'`));
  return Uint8Array.from(value);
}
