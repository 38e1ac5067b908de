// post-commit, post-merge, post-applypatch, post-rewrite, and what waits when a push begins: which commits to attest, and
// what they took the place of.
import { readHead, readLastMove } from '../../git/last-move.ts';
import { readPending, readTaken } from '../../git/pending.ts';
import { isSequencerRunning } from '../../git/sequencer.ts';
import type { HookName } from '../../model/hook.ts';
import type { AttestedNotice, TextNotice } from '../../model/notice.ts';
import { attestCommit } from './attest-commit.ts';
import { settleUses } from '../approve/approval-uses.ts';
import type { AttestOutcome, RewrittenFrom } from './attest-work.ts';
import { attributeCommit } from '../attribute/attribute-commit.ts';
import { readChecked } from '../commit/checked-tree.ts';
import type { HookWork } from '../commit/hook-work.ts';
import { maskOrdinaryIndex } from '../commit/mask-staged.ts';

export interface AttestCall {
  readonly hook: HookName;
  readonly words: readonly string[];
  readonly stdin: string;
}

/** What attesting has to tell. */
type AttestNotice = AttestedNotice | TextNotice;

interface Batch {
  /** Oldest first. */
  readonly commits: readonly string[];
  /** null: the hook does not know. */
  readonly rewrittenFrom: RewrittenFrom | null;
}

/** After these hooks the commit that was checked last is there. */
const MADE_ONE: ReadonlySet<HookName> = new Set(['post-commit', 'post-merge', 'post-applypatch']);

/** @returns what to tell: nothing where all is well. */
export async function attestFromHook(
  work: HookWork,
  call: AttestCall,
): Promise<readonly AttestNotice[]> {
  if (call.hook === 'post-commit') await maskOrdinaryIndex(work);
  if (MADE_ONE.has(call.hook)) await settleUses(work.repository);
  const batch = await pickBatch(work, call);
  return batch === null ? [] : attestBatch(work, batch);
}

/** Attests what waits, before notes are sent. */
export async function attestPending(work: HookWork): Promise<readonly AttestNotice[]> {
  const waiting = await readPending(work.repository);
  if (waiting.length === 0) return [];
  return attestBatch(work, { commits: [], rewrittenFrom: null });
}

async function pickBatch(work: HookWork, call: AttestCall): Promise<Batch | null> {
  switch (call.hook) {
    case 'post-commit':
    case 'post-applypatch':
      return pickHead(work);
    case 'post-merge':
      return pickMerge(work, call.words);
    case 'post-rewrite':
      return pickRewritten(call.stdin);
    case 'pre-commit':
    case 'pre-merge-commit':
    case 'pre-applypatch':
    case 'pre-push':
      return null;
  }
}

async function pickHead({ repository, objects }: HookWork): Promise<Batch | null> {
  const [head, move] = await Promise.all([readHead(objects), readLastMove(repository)]);
  if (head === null) return null;
  // post-rewrite tells it too, but later, and not at all under --no-post-rewrite
  const isAmend = move.kind === 'amend' && !(await isSequencerRunning(repository));
  const rewrittenFrom = isAmend ? new Map([[head, [move.from]]]) : null;
  return { commits: [head], rewrittenFrom };
}

/** Of a fast-forward the commits are other people's; a squash has made none yet. */
async function pickMerge(
  { repository, objects }: HookWork,
  words: readonly string[],
): Promise<Batch | null> {
  if (words[0] === '1') return null;
  const [head, move] = await Promise.all([readHead(objects), readLastMove(repository)]);
  return head === null || move.kind !== 'merge' ? null : { commits: [head], rewrittenFrom: null };
}

/** Lines of `<old> <new>`; several old ones for a squash, an empty one for a commit that took nobody's place. */
function pickRewritten(stdin: string): Batch {
  const rewrittenFrom = new Map<string, string[]>();
  for (const line of stdin.split('\n')) {
    const [from, to] = line.split(' ');
    if (from === undefined || to === undefined) continue;
    rewrittenFrom.set(to, [...(rewrittenFrom.get(to) ?? []), from].filter(Boolean));
  }
  return { commits: [...rewrittenFrom.keys()], rewrittenFrom };
}

async function attestBatch(work: HookWork, batch: Batch): Promise<readonly AttestNotice[]> {
  const { repository, objects, policy, world } = work;
  const records = await world.openRecords(work.home, 'write');
  const store = records.kind === 'open' ? records.store : null;
  const isWriter = records.kind === 'open' && records.isWritable;
  // a daemon that was late with its answer has them all the same
  if (!isWriter && (await isInHand(work, batch))) return [];
  const key = store === null ? new Uint8Array(32) : await store.readKey();
  const isAwaited = await isSummaryAwaited(work);
  const outcome = await attestCommit(
    {
      repository,
      objects,
      policy,
      store: isWriter ? store : null,
      attribute: (commit, rewrittenFrom) =>
        attributeCommit({ repository, objects, store, key }, commit, { rewrittenFrom }),
      // whoever has the store is the only one who can: a fallback that asked after us only queues the commit
      isWanted: () => isWriter || world.isWanted(),
      onQueued: () => {
        if (isWriter) world.onQueued?.({ isAwaited });
      },
    },
    batch.commits,
    batch.rewrittenFrom,
  );
  const told = outcome.notice === null || isSilent(work) ? [] : [outcome.notice];
  return [...told, ...outcomeNotices(outcome, records.kind === 'unreadable' ? records.why : null)];
}

/** What the commits took the place of the other may not have been told: then they are queued once more. */
async function isInHand({ repository }: HookWork, batch: Batch): Promise<boolean> {
  if (batch.rewrittenFrom !== null || batch.commits.length === 0) return false;
  const taken = await readTaken(repository);
  return batch.commits.every((commit) => taken.has(commit));
}

/** A file to attribute takes as long as so many lines. */
const LINES_PER_FILE = 20;
/** Of more lines nothing can be told in the time that git is kept for it (src/hooks/answer-request.ts). */
const LINES_MAX = 300;

/** Where pre-commit was passed over it is the commit before that is measured: only waiting hangs on it. */
async function isSummaryAwaited(work: HookWork): Promise<boolean> {
  const checked = isSilent(work) ? null : await readChecked(work.repository);
  const { files, lines } = checked ?? { files: 0, lines: 0 };
  return !isSilent(work) && lines + LINES_PER_FILE * files <= LINES_MAX;
}

/** git's own `-q` is not told to hooks. */
function isSilent({ policy, repository }: HookWork): boolean {
  const quiet = repository.caller.env['AITRAIL_QUIET'] ?? '';
  return !policy.summary || (quiet !== '' && quiet !== '0');
}

function outcomeNotices(
  { queued, fault }: AttestOutcome,
  why: string | null,
): readonly TextNotice[] {
  if (fault === null) return [];
  const count = queued.length === 1 ? '1 commit waits' : `${queued.length} commits wait`;
  const text = `${count} for attestation: ${fault.message} (${fault.code})${why === null ? '' : `: ${why}`}\n  fix: ${fault.fix}`;
  return [{ kind: 'text', text }];
}
