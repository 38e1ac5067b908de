// Retrieval: winnowed fingerprints of token runs (Schleimer, Wilkerson, Aiken, "Winnowing", SIGMOD 2003).
// Two texts that share RUN_TOKENS + WINDOW - 1 tokens in a row share at least one fingerprint.
import type { Edit } from '../model/edit.ts';
import { classOf, openTokenizer, TokenClass, type TokenText } from './tokens.ts';

const RUN_TOKENS = 5;
const WINDOW = 4;
/** Kept per edit: a generated file of a million lines must not fill the index. */
const FINGERPRINTS_MAX = 20_000;

/**
 * Fingerprints of everything that an edit wrote.
 *
 * @param key the store's.
 * @returns distinct integers below 2^53; empty for deletions, renames and commands.
 */
export function fingerprintEdit(key: Uint8Array, edit: Edit): number[] {
  const written = writtenText(edit);
  if (written === '') return [];
  return fingerprintTokens(openTokenizer(key).tokenize(written));
}

/** What an edit puts into a file, for patches the added lines with their context; or what was said. */
export function writtenText(edit: Edit): string {
  if ('text' in edit) return edit.text;
  switch (edit.kind) {
    case 'replace':
      return edit.after;
    case 'patch':
      return edit.hunks
        .map((hunk) =>
          hunk
            .filter((line) => line.mark !== '-')
            .map((line) => line.text)
            .join('\n'),
        )
        .join('\n');
    case 'delete':
    case 'rename':
    case 'command':
      return '';
  }
}

/** @returns distinct, in order of first appearance. */
export function fingerprintTokens(text: TokenText): number[] {
  const telling = text.tokens.filter((token) => classOf(token) >= TokenClass.sign);
  if (telling.length === 0) return [];
  const runs = runHashes(telling);
  const kept = new Set<number>();
  const span = Math.min(WINDOW, runs.length);
  for (let start = 0; start + span <= runs.length; start += 1) {
    let least = Infinity;
    for (let at = start; at < start + span; at += 1) {
      const hash = runs[at] ?? Infinity;
      if (hash < least) least = hash;
    }
    if (least !== Infinity) kept.add(least);
    if (kept.size >= FINGERPRINTS_MAX) break;
  }
  return [...kept];
}

/** One number per run of tokens; Infinity where the run holds nothing but common words and signs. */
function runHashes(tokens: readonly number[]): number[] {
  const length = Math.min(RUN_TOKENS, tokens.length);
  const hashes: number[] = [];
  for (let start = 0; start + length <= tokens.length; start += 1) {
    const run = tokens.slice(start, start + length);
    hashes.push(run.some((token) => classOf(token) >= TokenClass.short) ? mixRun(run) : Infinity);
  }
  return hashes;
}

/** Two rounds of 32-bit multiply-and-xor, joined to 53 bits. The tokens are keyed already. */
function mixRun(run: readonly number[]): number {
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  for (const token of run) {
    low = Math.imul(low ^ (token >>> 0), 0x01000193) ^ (low >>> 15);
    high = Math.imul(high ^ Math.floor(token / 2 ** 21), 0xc2b2ae35) ^ (high >>> 13);
  }
  return ((high >>> 0) % 2 ** 21) * 2 ** 32 + (low >>> 0);
}
