// Values of the caller's environment that a commit must not hold: whoever hands a hook over sends them along.
import type { Caller } from '../../model/caller.ts';
import { isSecretVariable, secretValues } from '../../secrets/env-file.ts';

export const environmentSecrets = ({ env }: Caller): readonly string[] =>
  secretValues(Object.entries(env));

/** @returns names of the variables that hold one. */
export const secretNames = ({ env }: Caller): ReadonlySet<string> =>
  new Set(Object.entries(env).flatMap((one) => (isSecretVariable(one) ? [one[0]] : [])));
