// Is this value a secret? Judged by its own characters and by what its key promises.
import { classCount, entropyBar, entropyBits, longestRun } from './entropy.ts';
import type { KeyStrength } from './key-name.ts';
import { isExample, isNamePath, isPlainNumber, isReference, isUuid } from './placeholders.ts';
import { turnCount, wordScore } from './word-score.ts';

/** Mean pair score above which letters read like words, and like the terser names in code. */
const WORDY = 4.05;
const CODE_LIKE = 3.5;

export interface Setting {
  readonly strength: KeyStrength;
  /** Literal in quotes, or `KEY=value` of an env file; else it may be code. */
  readonly isLiteral: boolean;
}

/** Judges the value of a key. */
export function isSecretValue(value: string, setting: Setting): boolean {
  if (value.length < 6 || isHarmless(value)) return false;
  switch (setting.strength) {
    case 'password':
      return isPasswordLike(value, setting.isLiteral);
    case 'secret':
      return isTokenLike(value, setting.isLiteral);
    case 'provider':
      return setting.isLiteral && isProviderKey(value);
    case 'hint':
      return isHintedToken(value);
    case null:
      return false;
  }
}

const isHarmless = (value: string): boolean =>
  isExample(value) ||
  isReference(value) ||
  isPlainNumber(value) ||
  isForeignText(value) ||
  isPlainPair(value);

/** A sentence of a script without blanks between words. */
const isForeignText = (value: string): boolean =>
  value.replace(/[^\u0300-\uffff]/g, '').length > value.length * 0.3;

/** `sid=visitor`: what stands behind the inner name decides. */
function isPlainPair(value: string): boolean {
  const inner = /^[\w%.-]{2,40}=([^=].*)$/.exec(value)?.[1];
  return inner !== undefined && !isRandom(inner);
}

/** Where the key promises little, the value must convince alone. */
const isHintedToken = (value: string): boolean =>
  value.length >= 20 && !isUuid(value) && !isHash(value) && /\d/.test(value) && isRandom(value);

/** Keys of services are often hex or UUIDs; 40 and 64 digits of hex are commits and checksums more often. */
const isProviderKey = (value: string): boolean =>
  value.length >= 16 &&
  /\d/.test(value) &&
  !/\s/.test(value) &&
  !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value) &&
  (isUuid(value) ? entropyBits(value) > 2.6 : isRandom(value));

/** As long as MD5, SHA-1, SHA-256 write themselves. */
const isHash = (value: string): boolean =>
  /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value);

/** A password may hold words, so digits or signs beside letters suffice in a literal. */
function isPasswordLike(value: string, isLiteral: boolean): boolean {
  if (isNamePath(value)) return isRandomLetters(value);
  if (/\s/.test(value)) return classCount(value) >= 4 && value.split(/\s+/).length <= 4;
  const classes = classCount(value);
  if (!isLiteral && (/^[\w.-]+$/.test(value) ? turnCount(value) < 4 : isCode(value))) return false;
  if (entropyBits(value) < 2.2) return false;
  return classes >= 2 && (classes >= 3 || /\d/.test(value));
}

/** Names, calls and paths as they stand in source code. */
const isCode = (value: string): boolean =>
  /^[A-Za-z_$][\w$]*(?:[.[(?!:]|$)/.test(value) && !/\d/.test(value);

function isTokenLike(value: string, isLiteral: boolean): boolean {
  if (value.length < 8 || /\s/.test(value)) return false;
  if (isUuid(value)) return entropyBits(value) > 2.6;
  if (isNamePath(value)) return value.length >= 16 && isLiteral && isRandomLetters(value);
  if (isSlug(value)) return false;
  if (value.length < 12 && turnCount(value) < 4) return false;
  return isRandom(value);
}

/** `redis-auth-2024`: the name of something that holds a secret. */
const isSlug = (value: string): boolean =>
  /^[a-z]{2,}(?:[-_.](?:[a-z]{2,}|v?\d{1,4}))+$/.test(value) && wordScore(value) > CODE_LIKE;

/** Letters only: random when their pairs are not those of words. */
const isRandomLetters = (value: string): boolean =>
  value.length >= 14 &&
  !/[-./:]/.test(value) &&
  wordScore(value) < CODE_LIKE &&
  entropyBits(value) > 3;

/** Does the value look drawn at random? */
export function isRandom(value: string): boolean {
  const isHex = /^[0-9a-f-]+$/i.test(value);
  if (entropyBits(value) < entropyBar(value.length, isHex ? 16 : 62)) return false;
  if (longestRun(value.toLowerCase()) > value.length * 0.7) return false;
  const digits = /\d/.test(value);
  if (isHex && !value.includes('-')) return value.length >= 16 && digits && /[a-f]/i.test(value);
  return digits ? isRandomMix(value) : isRandomLetters(value) || isRandomCase(value);
}

const isRandomMix = (value: string): boolean =>
  wordScore(value) < WORDY || turnCount(value) >= Math.max(4, value.length / 5);

const isRandomCase = (value: string): boolean =>
  turnCount(value) > value.length / 4 && wordScore(value) < WORDY;
