// What a hook refused, let through or told of goes into the log: one leaf for each thing, digests only.
import { formatLeaf } from '../../log/leaf.ts';
import type { AttestedNotice, Notice, TextNotice } from '../../model/notice.ts';
import type { HookName } from '../../model/hook.ts';
import type { HookWork } from '../commit/hook-work.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** A whole tree of findings says no more than its first ones. */
const LEAVES_MAX = 100;

/** Never throws: a decision holds whether or not it can be written down. @returns notices, and one more where it cannot. */
export async function recordNotices(
  work: HookWork,
  hook: HookName,
  notices: readonly Notice[],
): Promise<readonly Notice[]> {
  const decided = notices.flatMap(decidedOf).slice(0, LEAVES_MAX);
  if (decided.length === 0 || !work.world.isWanted()) return notices;
  try {
    const records = await work.world.openRecords(work.home, 'write');
    if (records.kind !== 'open' || !records.isWritable) return [...notices, NOT_RECORDED];
    for (const notice of decided)
      await records.store.appendLog(leafOf(hook, notice, work.policy.digest));
    return notices;
  } catch {
    return [...notices, NOT_RECORDED];
  }
}

const NOT_RECORDED: Notice = {
  kind: 'text',
  text: 'what is said above is not in the log: the recordings cannot be written to just now',
};

type Decided = Exclude<Notice, TextNotice | AttestedNotice>;

/** Approvals that are asked for or used have leaves of their own. */
const decidedOf = (notice: Notice): readonly Decided[] =>
  notice.kind === 'text' ||
  notice.kind === 'attested' ||
  (notice.kind === 'approval' && notice.effect !== 'observed')
    ? []
    : [notice];

/** The place is told by its digest alone. */
function leafOf(hook: HookName, notice: Decided, policy: string): Uint8Array {
  const [what, place] = factsOf(notice);
  return formatLeaf({
    kind: 'event',
    id: `${notice.effect} ${what} ${hook}`,
    at: new Date().toISOString(),
    digests: { policy, place: sha256Hex(place) },
  });
}

function factsOf(notice: Decided): readonly [what: string, place: string] {
  switch (notice.kind) {
    case 'secret':
      return [notice.rule, notice.path];
    case 'path':
      return ['protect', notice.path];
    case 'approval':
      return ['approval', notice.what];
    case 'branch':
      return ['push', notice.branch];
  }
}
