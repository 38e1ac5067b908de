// The words of an exchange that search finds it by.
import type { SearchText } from '../model/search.ts';
import { eachWord } from '../model/search-words.ts';

/** Of one exchange's text as much is looked at. */
const TEXT_MAX = 1_048_576;
/** What tools gave back repeats the files that are there: its beginning is enough to find it. */
const RESULT_MAX = 16_384;

/** @returns words in order, and the parts of each name in camelCase, in order, once. */
export function indexedWords(texts: readonly SearchText[]): {
  readonly words: readonly string[];
  readonly parts: readonly string[];
} {
  const words: string[] = [];
  const parts: string[] = [];
  const parted = new Set<string>();
  let room = TEXT_MAX;
  for (const { kind, text } of texts) {
    const looked = text.slice(0, Math.min(room, kind === 'result' ? RESULT_MAX : TEXT_MAX));
    room -= looked.length;
    eachWord(looked, (word, own) => {
      words.push(word);
      if (own.length === 0 || parted.has(word)) return;
      parted.add(word);
      parts.push(...own);
    });
  }
  return { words, parts };
}
