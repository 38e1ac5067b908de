// Who types a command, as git knows them: what the log says of decisions.
import { gitText } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';

const UNSET = { okExits: [0, 1, 128] } as const;

/** `Name <mail>`; empty where git knows nobody. */
export async function nameCaller(caller: Caller): Promise<string> {
  const ident = await gitText(caller, ['var', 'GIT_COMMITTER_IDENT'], UNSET);
  return ident.replace(/ \d+ [+-]\d{4}$/, '');
}
