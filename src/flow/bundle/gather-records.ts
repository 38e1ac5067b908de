// Exchanges for a bundle: each record with its salt and proof, its bytes as parts that are there once.
import type { Member } from '../../attest/bundle-file.ts';
import { parseNote } from '../../log/note.ts';
import { formatProof, parseCheckpoint } from '../../log/checkpoint.ts';
import { proveConsistency, proveInclusion, type NodeReader } from '../../log/tree.ts';
import type { ExchangeEvidence } from '../../model/evidence.ts';
import type { SignedCheckpoint, Store } from '../../store/store.ts';
import { readTree } from '../log/read-tree.ts';
import { bytesMember, CHECKPOINT, COSIGNED, FOLDERS, jsonMember } from './bundle-members.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface LogWork {
  readonly store: Store;
  readonly signed: SignedCheckpoint;
  readonly tree: NodeReader;
}

/** The log as it stands now: all proofs of a bundle lead to this one checkpoint. */
export async function openLog(store: Store): Promise<LogWork> {
  const signed = await store.signCheckpoint();
  return { store, signed, tree: await readTree(store, signed.size) };
}

/** @param ids each once. @returns records and their parts; what is not in the log yet, or pruned, is left out. */
export async function gatherRecords(
  work: LogWork,
  ids: readonly string[],
): Promise<readonly Member[]> {
  const members = new Map<string, Member>();
  for (const id of ids) {
    const evidence = await work.store.readEvidence(id);
    if (evidence === null || evidence.logIndex >= work.signed.size) continue;
    for (const member of membersOf(work, id, evidence)) members.set(member.name, member);
  }
  return [...members.values()];
}

function membersOf(work: LogWork, id: string, evidence: ExchangeEvidence): readonly Member[] {
  const { logIndex, salt, record, requestHeaders, responseHeaders, context } = evidence;
  const { size, note } = work.signed;
  const path = proveInclusion(work.tree, logIndex, size);
  const all = [...evidence.request, ...evidence.reply, requestHeaders, responseHeaders, context];
  return [
    jsonMember(`${FOLDERS.record}${id}`, {
      record,
      salt,
      proof: formatProof({ index: logIndex, path, checkpoint: note }),
      request: evidence.request.map(sha256Hex),
      reply: evidence.reply.map(sha256Hex),
      requestHeaders: digest(requestHeaders),
      responseHeaders: digest(responseHeaders),
      context: digest(context),
    }),
    ...all
      .filter((bytes) => bytes !== null)
      .map((bytes) => bytesMember(`${FOLDERS.part}${sha256Hex(bytes)}`, bytes)),
  ];
}

/**
 * The log's checkpoint, what a witness cosigned of it, and that it only grew since the checkpoints of notes.
 *
 * @param sizes of checkpoints of this log. @param cosigned text; null where no witness did.
 */
export function gatherLog(
  { signed, tree }: LogWork,
  sizes: readonly number[],
  cosigned: string | null,
): readonly Member[] {
  const { origin, vkey, size, note } = signed;
  const hashes = (from: number): readonly string[] =>
    proveConsistency(tree, from, size).map((hash) => Buffer.from(hash).toString('base64'));
  const seen = cosigned === null ? null : parseCheckpoint(parseNote(cosigned)?.text ?? '');
  return [
    jsonMember(CHECKPOINT, { origin, vkey, note }),
    ...(seen === null || seen.size > size
      ? []
      : [jsonMember(COSIGNED, { note: cosigned, path: hashes(seen.size) })]),
    ...[...new Set(sizes)]
      .filter((from) => from > 0 && from <= size)
      .map((from) => jsonMember(`${FOLDERS.growth}${from}`, { path: hashes(from) })),
  ];
}

const digest = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : sha256Hex(bytes);
