// Was this commit reviewed? Only a role of the list may say so (a job's key, DECISIONS 24): the word of whoever made the
// commit counts for nothing here.
import type { ForgeChange } from '../model/review.ts';
import { SIGNATURE_NAMESPACE } from '../model/statement.ts';
import { openReview } from './review-envelope.ts';
import { judgeSigner, type Trust } from './trust.ts';

const LINES_MAX = 1000;

/** @param lines of the commit's note. @returns why not, in words; null where it was. */
export function refuseUnreviewed(
  lines: readonly string[],
  facts: { readonly commit: string; readonly committer: string },
  { trust, atMs }: { readonly trust: Trust; readonly atMs: number },
): string | null {
  const opened = lines
    .slice(0, LINES_MAX)
    .map(openReview)
    .filter((each) => each !== null && each.facts.commit === facts.commit)
    .filter((each) => each !== null);
  if (opened.length === 0) return 'nobody attests a review';
  const { committer } = facts;
  const trusted = opened.filter(({ publicKey, proof }) => {
    const question = { publicKey, proof, committer, namespace: SIGNATURE_NAMESPACE, atMs };
    const answer = judgeSigner(trust, question);
    return answer.kind === 'trusted' && answer.isDelegate;
  });
  const newest = trusted.toSorted((a, b) =>
    b.facts.attestedAt.localeCompare(a.facts.attestedAt),
  )[0];
  if (newest === undefined) return 'the review is attested by no role that the list names';
  return refuseChanges(newest.facts.changes);
}

/** The newest commit of the request must have been approved, by somebody else, and nobody may still object. */
function refuseChanges(changes: readonly ForgeChange[]): string | null {
  if (changes.length === 0) return 'no pull or merge request brought it';
  const reasons = changes.map(refuseChange);
  return reasons.includes(null) ? null : (reasons[0] ?? null);
}

function refuseChange({ number, author, head, reviews }: ForgeChange): string | null {
  const others = reviews.filter(({ reviewer }) => reviewer.toLowerCase() !== author.toLowerCase());
  const objecting = others.find(({ state }) => state === 'changes-requested');
  if (objecting !== undefined) return `${objecting.reviewer} asks for changes in #${number}`;
  const approved = others.filter(({ state }) => state === 'approved');
  if (approved.some(({ gitCommit }) => gitCommit === head)) return null;
  const [stale] = approved;
  return stale === undefined
    ? `nobody but its author has approved #${number}`
    : `${stale.reviewer} approved ${stale.gitCommit.slice(0, 12)} of #${number}, and not ${head.slice(0, 12)} after it`;
}
