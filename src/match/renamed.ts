// Lines that tell too little by themselves to be found again, once a name in them was changed: an identifier that was
// renamed throughout, as the lines around show, leaves each line the line that it was.
import { elementAt } from './diff.ts';
import { infoOf } from './lines.ts';
import type { Work } from './related.ts';

/** Two lines, 0-based, of which the newer one stands in the older one's place. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** What a name is worth at least: signs and words of the language are nobody's to rename. */
const NAME_WORTH = 1.5;

export function relateRenamed(work: Work, places: readonly Place[]): void {
  const open: Place[] = [];
  const renames = new Set<string>();
  for (const place of places) {
    const changes = changesOf(work, place);
    if (changes === null) continue;
    if (isFound(work, place)) for (const change of changes) renames.add(change);
    else open.push(place);
  }
  for (const place of renames.size === 0 ? [] : open)
    if (changesOf(work, place)?.every((change) => renames.has(change)) === true)
      takeOver(work, place);
}

const spanOf = (
  { from, to }: Work,
  place: Place,
): { readonly older: number; readonly newer: number; readonly count: number } | null => {
  const [older, newer] = [elementAt(from.starts, place.from), elementAt(to.starts, place.to)];
  const count = elementAt(to.starts, place.to + 1) - newer;
  return elementAt(from.starts, place.from + 1) - older === count ? { older, newer, count } : null;
};

/** @returns each name with what took its place; null where anything else changed, or nothing. */
function changesOf(work: Work, place: Place): readonly string[] | null {
  const span = spanOf(work, place);
  if (span === null) return null;
  const changes: string[] = [];
  for (let at = 0; at < span.count; at += 1) {
    const older = elementAt(work.from.text.tokens, span.older + at);
    const newer = elementAt(work.to.text.tokens, span.newer + at);
    if (older === newer) continue;
    if (infoOf(older) < NAME_WORTH || infoOf(newer) < NAME_WORTH) return null;
    changes.push(`${String(older)} ${String(newer)}`);
  }
  return changes.length === 0 ? null : changes;
}

const isFound = ({ to, tokenFrom }: Work, { to: line }: Place): boolean =>
  tokenFrom
    .subarray(elementAt(to.starts, line), elementAt(to.starts, line + 1))
    .some((from) => from >= 0);

function takeOver(work: Work, place: Place): void {
  const span = spanOf(work, place);
  if (span === null) return;
  for (let at = 0; at < span.count; at += 1) {
    const isKept = work.from.text.tokens[span.older + at] === work.to.text.tokens[span.newer + at];
    if (isKept) work.tokenFrom[span.newer + at] = span.older + at;
  }
}
