// Ids that people type: short, lower case, without letters that look like digits. Fifty bits and more from the system's
// generator: a collision is not to be expected in the life of a store, and the unique index would refuse it.
import { randomBytes } from 'node:crypto';

/** Thirty-two characters without i, l, o, u. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** `s` and ten characters. */
export const newSessionId = (): string => `s${randomText(10)}`;
/** `x` and twelve characters. */
export const newExchangeId = (): string => `x${randomText(12)}`;
/** `a` and ten characters. */
export const newApprovalId = (): string => `a${randomText(10)}`;
/** `g` and ten characters. */
export const newGrantId = (): string => `g${randomText(10)}`;

/** `v` and ten characters. */
export const newEventId = (): string => `v${randomText(10)}`;

function randomText(length: number): string {
  // 256 is a multiple of 32: every character is equally likely
  return [...randomBytes(length)].map((byte) => ALPHABET.charAt(byte % 32)).join('');
}
