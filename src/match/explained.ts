// Whether a file's own timeline says all there is to say of its added lines, so that nobody need look up what notes say
// of the lines that they took the place of.
import { elementAt } from './diff.ts';
import type { Timeline } from './timeline.ts';
import { isStrong, type Tokenizer } from './tokens.ts';
import { carryOver, isAi, PERSON, type Draft } from './version.ts';

/**
 * `all`: every added line is a model's as it was written. `edges`: but blank ones at the edge of a block, which take what
 * stands around them. `none`: some line is somebody else's, or partly.
 */
export type Explained = 'all' | 'edges' | 'none';

/** @param timeline the file's own; null where nothing was recorded of it. */
export function howExplained(
  { text, added }: { readonly text: string; readonly added: ReadonlySet<number> },
  timeline: Timeline | null,
  tokenizer: Tokenizer,
): Explained {
  if (added.size === 0) return 'all';
  if (timeline === null) return 'none';
  const draft = carryOver(timeline.current.version, tokenizer.tokenize(text), PERSON);
  const lines = [...added].map((line) => line - 1);
  if (!lines.every((line) => isOfModel(draft, line))) return 'none';
  return lines.every((line) => isTelling(draft, line) || isInside(draft, added, line))
    ? 'all'
    : 'edges';
}

/** Also of a line without anything. */
function isOfModel({ version, isKnown, isEdited }: Draft, line: number): boolean {
  const { starts } = version.lines;
  const [start, end] = [elementAt(starts, line), elementAt(starts, line + 1)];
  if (elementAt(isEdited, line) === 1) return false;
  for (let token = start; token < end; token += 1)
    if (isKnown[token] !== 1 || !isAi(elementAt(version.authors, token))) return false;
  return true;
}

function isTelling({ version }: Draft, line: number): boolean {
  const { starts, text } = version.lines;
  return text.tokens.slice(elementAt(starts, line), elementAt(starts, line + 1)).some(isStrong);
}

/** Do the nearest telling lines above and below belong to what was added? */
function isInside(draft: Draft, added: ReadonlySet<number>, line: number): boolean {
  const count = draft.version.lines.ids.length;
  return [-1, 1].every((step) => {
    let at = line + step;
    while (at >= 0 && at < count && !isTelling(draft, at)) at += step;
    return at < 0 || at >= count || added.has(at + 1);
  });
}
