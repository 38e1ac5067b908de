// Code as an agent might write it, the same for the same seed: names differ from line to line as they do in real files.

const NOUNS =
  'account batch cache device entry frame group handle index job key ledger message node order page queue record session token user vault window zone'.split(
    ' ',
  );
const VERBS =
  'add build check drop encode find gather hold join keep load merge open parse read send take update write yield'.split(
    ' ',
  );

export type Random = () => number;

/** Mulberry32. @returns numbers from 0 to 1. */
export function openRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = (words: readonly string[], random: Random): string =>
  words[Math.floor(random() * words.length)] ?? '';

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

const nameOf = (random: Random): string =>
  `${pick(VERBS, random)}${capital(pick(NOUNS, random))}${capital(pick(NOUNS, random))}${String(Math.floor(random() * 10_000))}`;

const LINES: readonly ((random: Random) => string)[] = [
  (random) =>
    `  const ${nameOf(random)} = ${nameOf(random)}(${pick(NOUNS, random)}, ${String(Math.floor(random() * 1000))});`,
  (random) =>
    `  if (${pick(NOUNS, random)}.${nameOf(random)} === null) return ${nameOf(random)}();`,
  (random) =>
    `  for (const ${pick(NOUNS, random)} of ${nameOf(random)}) ${nameOf(random)}(${pick(NOUNS, random)});`,
  (random) =>
    `  await ${nameOf(random)}({ ${pick(NOUNS, random)}: ${nameOf(random)}, ${pick(NOUNS, random)}: '${nameOf(random)}' });`,
  () => '  }',
  () => '  return null;',
];

/** @returns that many lines, each ended. */
export function writeCode(seed: number, lines: number): string {
  const random = openRandom(seed);
  const written = Array.from({ length: lines }, () => {
    const line = LINES[Math.floor(random() * LINES.length)];
    return line?.(random) ?? '';
  });
  return `${written.join('\n')}\n`;
}
