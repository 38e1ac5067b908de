// What the user's and the organisation's files say of a team, for those who need nothing else of them. Loads no more than it
// must: most machines say nothing, and hooks wait for this.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { organisationFile, userConfigFile } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import type { TeamPlaces } from '../../model/team.ts';

/** @returns null where neither file has the key. @throws Fault CONFIG_INVALID and what else is wrong with one that does. */
export async function readTeamPlaces(
  caller: Caller,
  key: 'store' | 'reporting',
): Promise<TeamPlaces | null> {
  if (!(await isSaid(caller, key))) return null;
  const { explainPolicy } = await import('../policy/load-policy.ts');
  return (await explainPolicy(caller, null)).team;
}

/** Could one of the files have the key? The word alone is cheap to look for. */
async function isSaid({ cwd, env }: Caller, key: string): Promise<boolean> {
  const files = [resolve(cwd, organisationFile(env).path), userConfigFile(env)];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.some((text) => new RegExp(`\\b${key}["']?\\s*:`).test(text));
}
