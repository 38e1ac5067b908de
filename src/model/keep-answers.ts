// Answers of a function of one text that is asked for the same few over and over: what a key's text means does not
// change, and to work it out costs as much as to use it.

/** Longer texts, which no honest key has, are answered and not kept. */
const CHARS_MAX = 8192;

/** @param max answers that are kept; beyond it the one that was found first goes. Nothing is kept of what throws. */
export function keepAnswers<T>(max: number, find: (text: string) => T): (text: string) => T {
  const kept = new Map<string, { readonly answer: T }>();
  return (text) => {
    if (text.length > CHARS_MAX) return find(text);
    const known = kept.get(text);
    if (known !== undefined) return known.answer;
    const answer = find(text);
    const [oldest] = kept.size < max ? [] : kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(text, { answer });
    return answer;
  };
}
