// Text as search sees it: words, folded, with the parts of names that are written in camelCase. Index, query and marks in
// what is shown all cut text in this one way.

/** A run of letters and digits, folded, and where it stands; UTF-16 units, end exclusive. */
export interface SearchWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** `getUserName` → get, user, name; empty where it is one word. */
  readonly parts: readonly string[];
}

/** East Asian scripts put no blanks between words: each character is one. */
const RUN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+/gu;
const ASCII_RUN = /[A-Za-z0-9]+/g;
// oxlint-disable-next-line no-control-regex -- the question is whether the text is ASCII
const ASCII = /^[\0-\u007F]*$/;
const INNER_CAPITAL = /[^\p{Lu}]\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u;
/** What `INNER_CAPITAL` is within runs of ASCII. */
const ASCII_NAME = /[a-z0-9][A-Z]|[A-Z]{2}[a-z]/;
const PART = /\p{Lu}+(?!\p{Ll})\p{N}*|\p{Lu}?[\p{Ll}\p{Lm}\p{Lo}\p{N}\p{M}]+/gu;

/** What terminals are told stands close to the words: `ESC[31mError`. */
// oxlint-disable-next-line no-control-regex -- that is where it begins
const COLOUR = /\u001B\[[\d;?]*[A-Za-z]/g;
const blanks = (sequence: string): string => ' '.repeat(sequence.length);

/** Longer runs are data, not words: nobody types them to find something. */
const WORD_MAX = 128;
const PARTED_MAX = 64;

/** Every word of a text, in order. */
export function wordsOf(said: string): readonly SearchWord[] {
  const found: SearchWord[] = [];
  const text = said.includes('\u001B') ? said.replaceAll(COLOUR, blanks) : said;
  for (const match of text.matchAll(ASCII.test(text) ? ASCII_RUN : RUN)) {
    const [run] = match;
    if (run.length > WORD_MAX) continue;
    const start = match.index;
    found.push({ word: fold(run), start, end: start + run.length, parts: partsOf(run) });
  }
  return found.filter(({ word }) => word !== '');
}

/**
 * The same words without their places: for an index, which takes in all of a long text.
 *
 * @param give called with each word, in order, and its parts.
 */
export function eachWord(
  said: string,
  give: (word: string, parts: readonly string[]) => void,
): void {
  const text = said.includes('\u001B') ? said.replaceAll(COLOUR, blanks) : said;
  if (!ASCII.test(text)) {
    for (const { word, parts } of wordsOf(text)) give(word, parts);
    return;
  }
  const hasNames = ASCII_NAME.test(text);
  for (const run of (hasNames ? text : text.toLowerCase()).match(ASCII_RUN) ?? [])
    if (run.length <= WORD_MAX)
      give(hasNames ? run.toLowerCase() : run, hasNames ? partsOf(run) : NO_PARTS);
}

const NO_PARTS: readonly string[] = [];

/** Case and accents aside. */
function fold(run: string): string {
  const lower = run.toLowerCase();
  return ASCII.test(lower) ? lower : lower.normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

function partsOf(run: string): readonly string[] {
  if (run.length > PARTED_MAX || !INNER_CAPITAL.test(run)) return [];
  const parts = run.match(PART) ?? [];
  return parts.length < 2 ? [] : parts.map(fold);
}
