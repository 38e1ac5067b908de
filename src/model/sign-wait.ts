// How long a key may take to sign: a commit is not held up by more than a second, and somebody who sits at a terminal and
// has asked for it finds the key and touches it.
import type { Caller } from './caller.ts';

const COMMIT_MS_MAX = 900;
/** Less than those wait who read notes that are being written (src/git/pending.ts). */
const PERSON_MS_MAX = 9000;

const VARIABLE = 'AITRAIL_SIGN_PATIENTLY';

export const signMsMax = ({ env }: Caller): number =>
  env[VARIABLE] === '1' ? PERSON_MS_MAX : COMMIT_MS_MAX;

/** The same caller, who waits for a touch. */
export const withPatience = (caller: Caller): Caller => ({
  ...caller,
  env: { ...caller.env, [VARIABLE]: '1' },
});
