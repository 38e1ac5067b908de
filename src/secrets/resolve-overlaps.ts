// Several detectors may name the same characters: one finding remains for each stretch.
import type { Candidate } from './candidate.ts';

/** @returns findings in order of `start`, none overlapping another. */
export function resolveOverlaps(
  candidates: readonly Candidate[],
  text: string,
): readonly Candidate[] {
  const chosen: Candidate[] = [];
  const byStart = candidates.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || b.rank - a.rank,
  );
  for (const candidate of byStart) {
    const last = chosen.at(-1);
    if (last === undefined || candidate.start >= last.end) chosen.push(candidate);
    else chosen[chosen.length - 1] = pick(last, candidate, text);
  }
  return chosen;
}

/** `a` starts first. Nothing that either covers may stay visible, and the more exact span wins where it is safe. */
function pick(a: Candidate, b: Candidate, text: string): Candidate {
  if (b.end > a.end) return { ...(b.rank > a.rank ? b : a), start: a.start, end: b.end };
  if (b.rank <= a.rank) return a;
  const around = text.slice(a.start, b.start) + text.slice(b.end, a.end);
  return around === '' || FRAME.test(around) ? b : { ...b, start: a.start, end: a.end };
}

/**
 * A keyed value that merely holds a token (a header, a URL, a JSON text) has one of these beside it; without, what
 * stands beside the token is more of it.
 */
const FRAME = /[\s:@?&,;|"'`()<>{}]/;
