// Measures of how random a text looks.

/** Shannon entropy in bits per character of the text's own distribution; 0 for the empty text. */
export function entropyBits(text: string): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}

/**
 * The entropy that a text of this length must have to pass for drawn at random from `alphabetSize` characters: short
 * texts cannot show much, so the bar rises with length and stays below what random text shows in 999 of 1,000 draws.
 */
export function entropyBar(length: number, alphabetSize: number): number {
  const reachable = Math.log2(Math.min(length, alphabetSize));
  return Math.max(1, reachable * 0.72 - 0.25);
}

/** How many of the classes lower case, upper case, digit, other occur. */
export function classCount(text: string): number {
  return (
    Number(/[a-z]/.test(text)) +
    Number(/[A-Z]/.test(text)) +
    Number(/[0-9]/.test(text)) +
    Number(/[^A-Za-z0-9]/.test(text))
  );
}

/** The longest stretch of one character, or of characters that follow each other (abcd, 4321). */
export function longestRun(text: string): number {
  let longest = 0;
  for (const step of [0, 1, -1]) {
    let run = 1;
    for (let i = 1; i < text.length; i += 1) {
      run = text.charCodeAt(i) - text.charCodeAt(i - 1) === step ? run + 1 : 1;
      if (run > longest) longest = run;
    }
  }
  return longest;
}
