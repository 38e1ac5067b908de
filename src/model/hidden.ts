// Characters that nobody sees, or that make a line read in another order than it is stored. Whoever shows what somebody
// else wrote, on a terminal or in a browser, shows these by name.

/**
 * C0 without tab and LF, DEL, C1; bidirectional controls (UAX 9), invisible separators and joiners, annotations, byte order
 * mark; tags; lone surrogates.
 */
export const HIDDEN =
  /[^\P{Cc}\t\n]|[\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]|\p{Surrogate}/gu;

/** Unicode has pictures of the first 32 controls and of DEL; `<U+202E>` for all others. */
export function showHidden(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 32) return String.fromCodePoint(0x24_00 + code);
  return code === 127 ? '\u2421' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
