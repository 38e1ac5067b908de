// One state of a file: its tokens and who wrote each. A version follows from the one before it: what is still there keeps
// its author, what is new belongs to whoever made the step.
import { alignLines, matchLines, type Alignment } from './align.ts';
import { cutLines, infoOf, type Lines } from './lines.ts';
import { elementAt } from './diff.ts';
import { classOf, isStrong, TokenClass, type TokenText } from './tokens.ts';

/** Author numbers: below FIRST_AI nobody recorded. */
export const PERSON = 0;
/** It stood there when the recording began. */
export const BASE = 1;
export const FIRST_AI = 2;

export interface Version {
  readonly lines: Lines;
  /** One per token. */
  readonly authors: Int32Array;
  /** 1 where somebody outside a recorded exchange took a part out of the token's line. */
  readonly cuts: Uint8Array;
}

export interface SourceText {
  readonly version: Version;
  /** A rejected proposal: believed only where nearly all of it is there. */
  readonly isRejected: boolean;
}

export const isAi = (author: number): boolean => author >= FIRST_AI;

export function makeVersion(text: TokenText, author: number): Version {
  return {
    lines: cutLines(text),
    authors: new Int32Array(text.tokens.length).fill(author),
    cuts: new Uint8Array(text.tokens.length),
  };
}

/** A version whose tokens are not explained yet. */
export interface Draft {
  readonly version: Version;
  /** For each token: is its author known? */
  readonly isKnown: Uint8Array;
  /** For each line: does it come from another line, with changes? */
  readonly isEdited: Uint8Array;
}

/** Equal lines with less evidence than this, all else around them gone, are chance. */
export const LEAST_RUN = 8;
/** A shorter line may be put back by chance. */
const LEAST_RESTORED = 5;

/**
 * What is in `text` from `before`; the rest is open.
 *
 * @param author who made the step: an AI that changes a part of a line has written the line.
 */
export function carryOver(before: Version, text: TokenText, author: number): Draft {
  const lines = cutLines(text);
  const alignment = alignLines(before.lines, lines, { leastRun: isAi(author) ? 0 : LEAST_RUN });
  const draft = emptyDraft(lines);
  const survivors = new Uint8Array(before.authors.length);
  for (const from of alignment.tokenFrom) if (from >= 0) survivors[from] = 1;
  const isChance = isAi(author) ? chanceLines(before, lines, alignment) : () => false;
  for (let line = 0; line < text.lineCount; line += 1)
    if (!isChance(line)) carryLine({ before, draft, alignment, survivors }, line, isAi(author));
  return draft;
}

/**
 * Of a person's text a model's rewrite is believed to repeat every line it can have repeated. Between models the usual
 * caution holds: a common line of another's block is the new writer's own.
 */
function chanceLines(
  before: Version,
  lines: Lines,
  alignment: Alignment,
): (line: number) => boolean {
  if (!before.authors.some(isAi)) return () => false;
  const cautious = matchLines(before.lines, lines, LEAST_RUN);
  return (line) => {
    const from = alignment.lineFrom[line] ?? -1;
    if (from < 0 || elementAt(cautious, line) >= 0) return false;
    return isAi(elementAt(before.authors, elementAt(before.lines.starts, from)));
  };
}

export function emptyDraft(lines: Lines): Draft {
  const count = lines.text.tokens.length;
  return {
    version: { lines, authors: new Int32Array(count), cuts: new Uint8Array(count) },
    isKnown: new Uint8Array(count),
    isEdited: new Uint8Array(lines.ids.length),
  };
}

/** Gives everything that is still open to one author. */
export function settle(draft: Draft, author: number): Version {
  draft.isKnown.forEach((known, token) => {
    if (known === 0) draft.version.authors[token] = author;
  });
  return draft.version;
}

export interface Carry {
  readonly before: Version;
  readonly draft: Draft;
  readonly alignment: Alignment;
  /** 1 for each token of `before` that is somewhere in the new text. */
  readonly survivors: Uint8Array;
}

export function carryLine(carry: Carry, line: number, isWholeLine: boolean): void {
  const { before, draft, alignment } = carry;
  const { starts } = draft.version.lines;
  const change = compareLine(carry, line);
  if (isWholeLine && change !== 'same') return;
  for (let token = elementAt(starts, line); token < elementAt(starts, line + 1); token += 1) {
    const from = alignment.tokenFrom[token] ?? -1;
    if (from < 0 || draft.isKnown[token] === 1) continue;
    draft.version.authors[token] = elementAt(before.authors, from);
    draft.version.cuts[token] = change === 'cut' ? 1 : elementAt(before.cuts, from);
    draft.isKnown[token] = 1;
    if (change !== 'same') draft.isEdited[line] = 1;
  }
}

/** An edited line that equals one of an earlier state was put back: it is that line. */
export function restoreLines(draft: Draft, past: readonly Version[]): void {
  const { ids, info, starts } = draft.version.lines;
  for (const [line, isEdited] of draft.isEdited.entries()) {
    if (isEdited === 0 || elementAt(info, line) < LEAST_RESTORED) continue;
    const id = elementAt(ids, line);
    const earlier = past.find((version) => version.lines.ids.includes(id));
    if (earlier === undefined) continue;
    const from = elementAt(earlier.lines.starts, earlier.lines.ids.indexOf(id));
    const [start, end] = [elementAt(starts, line), elementAt(starts, line + 1)];
    draft.version.authors.set(earlier.authors.subarray(from, from + end - start), start);
    draft.version.cuts.set(earlier.cuts.subarray(from, from + end - start), start);
    draft.isKnown.fill(1, start, end);
    draft.isEdited[line] = 0;
  }
}

/**
 * Same: every telling token came over and none is missing between or beside them. Cut: some of the older line is gone.
 */
function compareLine(carry: Carry, line: number): 'same' | 'grown' | 'cut' {
  const { before, draft, alignment, survivors } = carry;
  // a line that equals an older one has all of it
  if (elementAt(alignment.lineFrom, line) >= 0) return 'same';
  const { text, starts } = draft.version.lines;
  const [start, end] = [elementAt(starts, line), elementAt(starts, line + 1)];
  const from = [...alignment.tokenFrom.subarray(start, end)].filter((token) => token >= 0);
  const grown = text.tokens
    .slice(start, end)
    .filter((_token, at) => elementAt(alignment.tokenFrom, start + at) < 0);
  // a bracket alone may be a linter's; one instead of another is an edit
  const least = grown.some((token) => classOf(token) === TokenClass.bracket)
    ? TokenClass.bracket
    : TokenClass.sign;
  const isGone = (token: number): boolean =>
    survivors[token] === 0 && classOf(elementAt(before.lines.text.tokens, token)) >= least;
  if (isCut(before, from, isGone)) return 'cut';
  return grown.some(isStrong) ? 'grown' : 'same';
}

function isCut(
  before: Version,
  from: readonly number[],
  isGone: (token: number) => boolean,
): boolean {
  const { lineOf } = before.lines.text;
  const onSameLine = (token: number, other: number): boolean => lineOf[token] === lineOf[other];
  for (const [at, token] of from.entries()) {
    const last = from[at - 1] ?? -1;
    for (let left = token - 1; left > last && onSameLine(left, token); left -= 1)
      if (isGone(left)) return true;
    const next = from[at + 1] ?? before.authors.length;
    for (let right = token + 1; right < next && onSameLine(right, token); right += 1)
      if (isGone(right)) return true;
  }
  return false;
}

/** The lines of a version of which nothing is left in its successor: what can have been moved. */
export function goneLines(before: Version, draft: Draft): Version {
  const alignment = alignLines(before.lines, draft.version.lines, { leastRun: 0 });
  const isLeft = new Set<number>();
  for (const token of alignment.tokenFrom)
    if (token >= 0) isLeft.add(elementAt(before.lines.text.lineOf, token));
  return withoutLines(before, isLeft);
}

/** A version with some lines (0-based) emptied. */
export function withoutLines(version: Version, dropped: ReadonlySet<number>): Version {
  const { text, starts } = version.lines;
  const tokens: number[] = [];
  const lineOf: number[] = [];
  const kept: number[] = [];
  for (let line = 0; line < text.lineCount; line += 1) {
    if (dropped.has(line)) continue;
    for (let at = elementAt(starts, line); at < elementAt(starts, line + 1); at += 1) {
      tokens.push(elementAt(text.tokens, at));
      lineOf.push(line);
      kept.push(at);
    }
  }
  return {
    lines: cutLines({ tokens, lineOf, lineCount: text.lineCount }),
    authors: Int32Array.from(kept, (at) => elementAt(version.authors, at)),
    cuts: Uint8Array.from(kept, (at) => elementAt(version.cuts, at)),
  };
}

/** How much of a version's text an AI wrote. */
export function aiInfo(version: Version): number {
  let worth = 0;
  version.authors.forEach((author, token) => {
    if (isAi(author)) worth += infoOf(version.lines.text.tokens[token] ?? 0);
  });
  return worth;
}
