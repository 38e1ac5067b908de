// Recomputes log leaves from the records that they stand for.
import { Buffer } from 'node:buffer';
import { isSameHash } from '../log/hash.ts';
import { treeRoot } from '../log/tree.ts';
import { isIncluded } from '../log/verify.ts';
import type { Database } from './database.ts';
import { eventLeaf } from './event-row.ts';
import { findEventRow } from './event-rows.ts';
import { exchangeLeaf } from './exchange-leaf.ts';
import type { ExchangeRow } from './exchange-row.ts';
import { readList } from './lists.ts';
import { logSize, nodeReader, readLog } from './log-rows.ts';
import { nameOf } from './leaf-name.ts';
import { digestOfParts, isPartSound } from './parts.ts';
import { findGone } from './removal-rows.ts';
import { replyParts } from './reply-rows.ts';
import type { RecordCheck, Store } from './store.ts';

export function checkRecords(
  database: Database,
  firstIndex: number,
  count: number,
): readonly RecordCheck[] {
  // a part that many requests share is unpacked once
  const sound = new Map<number, boolean>();
  return readLog(database, firstIndex, count).map((entry) => {
    const { kind, id } = nameOf(entry);
    if (kind === 'event') {
      const event = findEventRow(database, id);
      const expected = event === undefined ? null : eventLeaf(event);
      return { index: entry.index, expected, gone: null, damage: null };
    }
    if (kind !== 'exchange')
      return { index: entry.index, expected: null, gone: null, damage: null };
    const row = recordOf(database, id);
    if (row === undefined) {
      const gone = findGone(database, entry.index) ?? 'unexplained';
      return { index: entry.index, expected: null, gone, damage: null };
    }
    return { index: entry.index, gone: null, ...recompute(database, row, sound) };
  });
}

export function findContradiction(
  database: Database,
  claim: Parameters<Store['findContradiction']>[0],
): string | null {
  const size = logSize(database);
  if (claim.size > size) return `it speaks of ${claim.size} leaves, this log has ${size}`;
  if (!isSameHash(treeRoot(nodeReader(database), claim.size), claim.root))
    return `this log had another root at ${claim.size} leaves`;
  if (claim.proof === null) return null;
  const [entry] = readLog(database, claim.proof.index, 1);
  const { index, path } = claim.proof;
  const { root } = claim;
  const isIn =
    entry !== undefined &&
    isIncluded({ index, size: claim.size, root, leafHash: entry.leafHash }, path);
  return isIn ? null : `leaf ${index} of this log is not what it proves`;
}

const recordOf = (database: Database, id: string): ExchangeRow | undefined =>
  database.get<ExchangeRow>(
    'SELECT e.*, s.id AS session_id FROM exchanges e JOIN sessions s ON s.n = e.session WHERE e.id = ?',
    [id],
  );

function recompute(
  database: Database,
  row: ExchangeRow,
  sound: Map<number, boolean>,
): Pick<RecordCheck, 'expected' | 'damage'> {
  try {
    return {
      expected: exchangeLeaf(database, row),
      damage: findDamage(database, row, sound),
    };
  } catch (thrown) {
    // rows that cannot even be read are damage too; the log must name them, not stop at them
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { expected: null, damage: why };
  }
}

function findDamage(
  database: Database,
  row: ExchangeRow,
  sound: Map<number, boolean>,
): string | null {
  const isSound = (part: number): boolean => {
    const known = sound.get(part) ?? isPartSound(database, part);
    sound.set(part, known);
    return known;
  };
  const request = readList(database, row.request_list);
  const isOwn = Buffer.from(digestOfParts(database, request)).equals(row.request_record);
  if (!isOwn || !request.every(isSound)) return 'request body';
  if (!isSound(row.request_headers)) return 'request headers';
  if (row.response_headers !== null && !isSound(row.response_headers)) return 'response headers';
  if (row.context !== null && !isSound(row.context)) return 'context';
  return replyParts(database, row.n).every(isSound) ? null : 'reply body';
}
