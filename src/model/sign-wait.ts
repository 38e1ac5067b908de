// How long a key may take to sign: a commit is not held up by more than a second, and somebody who sits at a terminal and
// has asked for it finds the key and touches it.
import type { Caller } from './caller.ts';

const COMMIT_MS_MAX = 900;
/** Less than those wait who read notes that are being written (src/git/pending.ts). */
const PERSON_MS_MAX = 9000;

const VARIABLE = 'AITRAIL_SIGN_PATIENTLY';

/** For what a person may have to do. */
export const signMsMax = ({ env }: Caller): number =>
  env[VARIABLE] === 'person' ? PERSON_MS_MAX : COMMIT_MS_MAX;

/** For what another machine has to answer: a job has nobody who touches a key, and all the same no commit to hold up. */
export const answerMsMax = ({ env }: Caller): number =>
  env[VARIABLE] === undefined ? COMMIT_MS_MAX : PERSON_MS_MAX;

/** The same caller, who waits: a person for a touch too. */
export const withPatience = (caller: Caller, who: 'person' | 'job' = 'person'): Caller => ({
  ...caller,
  env: { ...caller.env, [VARIABLE]: who },
});
