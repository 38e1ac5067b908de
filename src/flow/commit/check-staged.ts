// pre-commit, pre-merge-commit and pre-applypatch: what the coming commit adds, against the rules in force.
import type { ProtectedHit, SecretHit } from '../../guard/finding.ts';
import { findProtected } from '../../guard/find-protected.ts';
import { type ChangeEvidence, judge, type Judgement, needsEvidence } from '../../guard/judge.ts';
import { readMergeHeads } from '../../git/merge-heads.ts';
import type { PatchFile } from '../../git/patch-file.ts';
import { isApplyingOwn } from '../../git/sequencer.ts';
import { readStaged, type Staged, writeIndexTree } from '../../git/staged.ts';
import type { HookReport, Notice } from '../../model/notice.ts';
import { approveStaged } from '../approve/approve-staged.ts';
import { readChangeEvidence } from '../attribute/change-evidence.ts';
import { countAdded, writeChecked } from './checked-tree.ts';
import { openHookScan } from './hook-scan.ts';
import type { HookWork } from './hook-work.ts';
import { type MaskOutcome, maskStaged } from './mask-staged.ts';
import { isRefusal, reportJudgement } from '../judge/report-judgement.ts';

/** Nobody asked: no rule that applies depends on who made the change. */
const NOT_ASKED: ChangeEvidence = { isAiLine: () => false, isAiPath: () => false };

/** git am commits what it has read already, whatever is put into the index meanwhile: what a mask would change is refused. */
export async function checkPatch(work: HookWork): Promise<HookReport | null> {
  // as with every other rebase, commits that are there already are judged when they are pushed
  if (await isApplyingOwn(work.repository)) return { isRefused: false, notices: [] };
  return checkStaged(work, { canMask: false });
}

/**
 * Checks the index and notes for the attestation that the check ran for this tree.
 *
 * @returns null where it takes longer than this world may take: another must answer.
 */
export async function checkStaged(
  work: HookWork,
  { canMask }: { readonly canMask: boolean } = { canMask: true },
): Promise<HookReport | null> {
  const { repository, objects, policy, world } = work;
  // what is checked now, unless masking changes it
  const tree = settled(writeIndexTree(repository));
  const heads = await readMergeHeads(repository);
  // the rules are read while git compares
  const [staged, scan] = await Promise.all([
    readStaged(repository, objects, heads),
    openHookScan(work),
  ]);
  const found = {
    secrets: scan.find(staged.files, null),
    paths: findProtected(staged.files, policy.protect),
  };
  const evidence = needsEvidence(found, policy)
    ? await readChangeEvidence(work, { heads, paths: changedPaths(found) })
    : NOT_ASKED;
  const judgement = judge(found, evidence, policy);
  if (needsLeave(judgement) && policy.mode === 'enforce' && !world.canWait) return null;
  const { notices, isChanged } = await settle(work, judgement, { staged, heads, canMask });
  const isRefused = notices.some(isRefusal);
  if (!isRefused) await markChecked(work, isChanged ? null : tree, staged);
  return { isRefused, notices };
}

interface Settled {
  readonly notices: readonly Notice[];
  /** Has a mask put other blobs into the index? */
  readonly isChanged: boolean;
}

interface Settling {
  readonly staged: Staged;
  readonly heads: readonly string[];
  readonly canMask: boolean;
}

/** Masks what may be masked, then looks for leave. Nobody is asked about a commit that is refused for something else. */
async function settle(
  work: HookWork,
  judgement: Judgement,
  { staged, heads, canMask }: Settling,
): Promise<Settled> {
  const { repository, objects, policy } = work;
  const masking = canMask ? await maskWhatMay(work, judgement, staged.files) : null;
  const isChanged = masking?.kind === 'masked';
  const judged = reportJudgement(judgement, policy, masking);
  if (judged.some(isRefusal)) return { notices: judged, isChanged };
  const now = isChanged ? await readStaged(repository, objects, heads) : staged;
  return { notices: [...judged, ...(await approveStaged(work, judgement.paths, now))], isChanged };
}

const needsLeave = ({ paths }: Judgement): boolean =>
  paths.some(({ action }) => action === 'approve');

/** Nothing is replaced in a commit that is refused for something else. */
async function maskWhatMay(
  work: HookWork,
  { secrets, paths }: Judgement,
  files: readonly PatchFile[],
): Promise<MaskOutcome | null> {
  const hits = secrets.filter(({ action }) => action === 'mask').map(({ hit }) => hit);
  const isStopped =
    secrets.some(({ action }) => action === 'block') ||
    paths.some(({ action }) => action === 'block');
  if (hits.length === 0 || isStopped || work.policy.mode === 'observe') return null;
  return maskStaged(work, hits, files);
}

interface Found {
  readonly secrets: readonly SecretHit[];
  readonly paths: readonly ProtectedHit[];
}

const changedPaths = (found: Found): readonly string[] => [
  ...new Set([...found.secrets, ...found.paths].map((hit) => hit.path)),
];

/** A promise that may fail before anybody waits for it. */
function settled<T>(promise: Promise<T>): () => Promise<T> {
  promise.catch(() => undefined); // whoever waits for it is told
  return () => promise;
}

/** @param written null where the index has changed since: it is written again. */
async function markChecked(
  { repository, world }: HookWork,
  written: (() => Promise<string | null>) | null,
  { files }: Staged,
): Promise<void> {
  if (!world.isWanted()) return;
  const tree = await (written === null ? writeIndexTree(repository) : written());
  if (tree !== null) await writeChecked(repository, { tree, ...countAdded(files) });
}
