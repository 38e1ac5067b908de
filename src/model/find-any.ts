// Looks for many texts at once: Wu and Manber's way, by pairs of bytes. Most of what is read is leapt over, however many
// are looked for.

/** @returns takes bytes and whom to tell the index of each text that they hold; one may be told more than once. */
export type AnyFinder = (bytes: Uint8Array, onFound: (index: number) => void) => void;

const PAIRS = 65_536;
const LEAP_MAX = 255;

/** @param needles none of them empty. */
export function openAnyFinder(needles: readonly Uint8Array[]): AnyFinder {
  const window = Math.min(LEAP_MAX, ...needles.map((needle) => needle.length));
  if (needles.length === 0) return () => undefined;
  return window < 2 ? oneByOne(needles) : byPairs(needles, window);
}

/** Nothing to leap over. */
const oneByOne =
  (needles: readonly Uint8Array[]): AnyFinder =>
  (bytes, onFound) => {
    for (let at = 0; at < bytes.length; at += 1)
      needles.forEach((needle, index) => {
        if (standsAt(bytes, at, needle)) onFound(index);
      });
  };

/** @param window how much of each needle's beginning is aligned with what is read: the length of the shortest. */
function byPairs(needles: readonly Uint8Array[], window: number): AnyFinder {
  const leaps = new Uint8Array(PAIRS).fill(window - 1);
  const ending = new Map<number, { readonly index: number; readonly needle: Uint8Array }[]>();
  needles.forEach((needle, index) => {
    for (let at = 1; at < window; at += 1) {
      const pair = pairAt(needle, at);
      leaps[pair] = Math.min(leaps[pair] ?? 0, window - 1 - at);
    }
    const last = pairAt(needle, window - 1);
    ending.set(last, [...(ending.get(last) ?? []), { index, needle }]);
  });
  return (bytes, onFound) => {
    for (let at = window - 1; at < bytes.length;) {
      const pair = pairAt(bytes, at);
      const leap = leaps[pair] ?? 1;
      at += leap;
      if (leap > 0) continue;
      for (const { index, needle } of ending.get(pair) ?? [])
        if (standsAt(bytes, at - window + 1, needle)) onFound(index);
      at += 1;
    }
  };
}

/** The byte there, and the one before it. */
const pairAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0);

function standsAt(bytes: Uint8Array, from: number, needle: Uint8Array): boolean {
  if (from + needle.length > bytes.length) return false;
  for (let i = 0; i < needle.length; i += 1) if (bytes[from + i] !== needle[i]) return false;
  return true;
}
