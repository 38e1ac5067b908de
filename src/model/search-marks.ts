// Where in a text the words of a search stand, and the stretch of it that shows them best.
import type { SearchSnippet, SearchTerm, SearchText } from './search.ts';
import { wordsOf, type SearchWord } from './search-words.ts';

/** UTF-16 units, end exclusive. */
interface Mark {
  readonly start: number;
  readonly end: number;
  /** Index of the term. */
  readonly term: number;
}

/** Shown before the first hit, and in all. */
const BEFORE = 40;
const SHOWN = 160;
/** Of one text as much is looked at. */
const LOOKED_MAX = 1_048_576;

/** @returns the text that holds most of the terms, cut to a line; null where nothing was said. */
export function pickSnippet(
  texts: readonly SearchText[],
  terms: readonly SearchTerm[],
): SearchSnippet | null {
  const wanted = terms.filter(({ isNot }) => !isNot);
  let best: { readonly said: SearchText; readonly marks: readonly Mark[] } | null = null;
  let most = -1;
  for (const said of texts) {
    const marks = findMarks(said.text, wanted);
    const held = new Set(marks.map(({ term }) => term)).size;
    if (held <= most) continue;
    [best, most] = [{ said, marks }, held];
  }
  return best === null ? null : cut(best.said, best.marks);
}

/** Every place where a term stands, in order. */
function findMarks(text: string, terms: readonly SearchTerm[]): readonly Mark[] {
  if (terms.length === 0) return [];
  const words = wordsOf(text.slice(0, LOOKED_MAX));
  return words.flatMap((word, i) =>
    terms.flatMap((term, index) => {
      const end = endOfMatch(words, i, term);
      return end === null ? [] : [{ start: word.start, end, term: index }];
    }),
  );
}

/** @returns where the term that begins at `words[at]` ends; null where none does. */
function endOfMatch(
  words: readonly SearchWord[],
  at: number,
  { words: sought, isPrefix }: SearchTerm,
): number | null {
  const fits = (word: string | undefined, i: number): boolean =>
    isPrefix && i === sought.length - 1
      ? word?.startsWith(sought[i] ?? '') === true
      : word === sought[i];
  if (sought.every((_, i) => fits(words[at + i]?.word, i)))
    return words[at + sought.length - 1]?.end ?? null;
  const { parts = [], end = null } = words[at] ?? {};
  const isWithin = parts.some((_, from) => sought.every((__, i) => fits(parts[from + i], i)));
  return isWithin ? end : null;
}

function cut({ kind, text }: SearchText, marks: readonly Mark[]): SearchSnippet {
  const from = startOf(text, marks[0]?.start ?? 0);
  const to = Math.min(text.length, from + SHOWN);
  const pieces: { text: string; isHit: boolean }[] = [];
  const add = (start: number, end: number, isHit: boolean): void => {
    if (end > start) pieces.push({ text: text.slice(start, end), isHit });
  };
  let at = from;
  for (const { start, end } of marks) {
    if (end <= at || start >= to) continue;
    add(at, Math.max(at, start), false);
    add(Math.max(at, start), Math.min(end, to), true);
    at = Math.min(end, to);
  }
  add(at, to, false);
  if (from > 0) pieces.unshift({ text: '…', isHit: false });
  if (to < text.length) pieces.push({ text: '…', isHit: false });
  return { kind, pieces };
}

/** A little before the hit, at the beginning of a word. */
function startOf(text: string, hit: number): number {
  if (hit <= BEFORE) return 0;
  const blank = text.slice(hit - BEFORE, hit).search(/\s/);
  return blank === -1 ? hit - BEFORE : hit - BEFORE + blank + 1;
}
