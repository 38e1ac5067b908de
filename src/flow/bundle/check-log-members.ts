// The log in a bundle: its checkpoint, that it only grew since the checkpoints that notes and witnesses know, and when.
import type { OpenedBundle, Problem } from '../../attest/bundle-file.ts';
import { openCheckpoint } from '../../log/check-proof.ts';
import { parsePath, parseProof, type Checkpoint } from '../../log/checkpoint.ts';
import { openCosignature, parseWitnessKey } from '../../log/cosignature.ts';
import { isConsistent } from '../../log/verify.ts';
import type { CheckedBundle } from '../../model/bundle.ts';
import { arrayAt, isString, stringAt } from '../../model/json.ts';
import type { Statement } from '../../model/statement.ts';
import { CHECKPOINT, COSIGNED, FOLDERS } from './bundle-members.ts';

export interface CheckedLog {
  readonly vkey: string;
  readonly log: CheckedBundle['log'];
  readonly witnessed: CheckedBundle['witnessed'];
  readonly problems: readonly Problem[];
}

/** @param statements that hold. @param witnesses verifier keys of those that are trusted. */
export function checkLogMembers(
  { members }: OpenedBundle,
  statements: readonly Statement[],
  witnesses: readonly string[],
): CheckedLog {
  const said = members.get(CHECKPOINT);
  const vkey = stringAt(said, 'vkey') ?? '';
  const now = openCheckpoint(stringAt(said, 'note') ?? '', vkey);
  if (now === null) {
    const why = said === undefined ? 'is missing' : 'is not signed by the log’s key';
    return { vkey, log: null, witnessed: [], problems: [{ member: CHECKPOINT, why }] };
  }
  const cosigned = checkCosigned(members.get(COSIGNED), { now, vkey, witnesses });
  return {
    vkey,
    log: { origin: now.origin, size: now.size },
    witnessed: isString(cosigned) ? [] : cosigned,
    problems: [
      ...(isString(cosigned) ? [{ member: COSIGNED, why: cosigned }] : []),
      ...checkGrowth(members, { now, vkey, statements }),
    ],
  };
}

const hasGrown = (old: Checkpoint, now: Checkpoint, member: unknown): boolean => {
  const path = parsePath(arrayAt(member, 'path').filter(isString));
  const claim = { oldSize: old.size, newSize: now.size, oldRoot: old.root, newRoot: now.root };
  return path !== null && isConsistent(claim, path);
};

interface Known {
  readonly now: Checkpoint;
  readonly vkey: string;
}

/** @returns what is wrong, in words. */
function checkCosigned(
  member: unknown,
  { now, vkey, witnesses }: Known & { readonly witnesses: readonly string[] },
): CheckedBundle['witnessed'] | string {
  if (member === undefined) return [];
  const note = stringAt(member, 'note') ?? '';
  const seen = openCheckpoint(note, vkey);
  if (seen === null) return 'is not signed by the log’s key';
  if (!hasGrown(seen, now, member)) return 'the log is another since a witness saw it';
  return witnesses.flatMap((text) => {
    const key = parseWitnessKey(text);
    const seconds = key === null ? null : openCosignature(note, key);
    if (key === null || seconds === null) return [];
    return [{ witness: key.name, size: seen.size, at: new Date(seconds * 1000).toISOString() }];
  });
}

function checkGrowth(
  members: OpenedBundle['members'],
  { now, vkey, statements }: Known & { readonly statements: readonly Statement[] },
): readonly Problem[] {
  return statements.flatMap(({ predicate: { log } }) => {
    if (log?.vkey !== vkey) return [];
    const old = openCheckpoint(parseProof(log.proof)?.checkpoint ?? '', vkey);
    const member = `${FOLDERS.growth}${old?.size ?? 0}`;
    const isGood = old !== null && hasGrown(old, now, members.get(member));
    return isGood
      ? []
      : [{ member, why: 'it does not prove that the log only grew since the note' }];
  });
}
