// Several detectors may name the same characters: one finding remains for each stretch.
import { RANK, type Candidate } from './candidate.ts';

/** @returns findings in order of `start`, none overlapping another. */
export function resolveOverlaps(candidates: readonly Candidate[]): readonly Candidate[] {
  const chosen: Candidate[] = [];
  const byStart = candidates.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || b.rank - a.rank,
  );
  for (const candidate of byStart) {
    const last = chosen.at(-1);
    if (last === undefined || candidate.start >= last.end) chosen.push(candidate);
    else chosen[chosen.length - 1] = pick(last, candidate);
  }
  return chosen;
}

/** `a` starts first. Nothing that either covers may stay visible, and the more exact span wins where it is safe. */
function pick(a: Candidate, b: Candidate): Candidate {
  if (b.end > a.end) return { ...(b.rank > a.rank ? b : a), start: a.start, end: b.end };
  if (a.start === b.start && a.end === b.end) return b.rank > a.rank ? b : a;
  // a keyed value that merely holds a token (a header, a URL, a JSON text): the token is the secret
  const isMereFrame = a.rank === RANK.keyed && b.rank >= RANK.url;
  return isMereFrame || a.rank < b.rank ? b : a;
}
