// Gives a masked value back to its owner.
import { stateHome } from '../../config/places.ts';
import { findRepository } from '../../git/open-repository.ts';
import { findVaultKey } from '../../identity/vault-key.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { openSecret } from './keep-secret.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { readStore } from '../show/read-store.ts';
import { refuseAgent } from '../session/refuse-agent.ts';

/** @throws Fault AGENT_NOT_ALLOWED, VAULT_OFF, NO_SUCH_PLACEHOLDER, KEY_UNREADABLE. */
export async function revealValue(caller: Caller, placeholder: string): Promise<string> {
  await refuseAgent(caller, 'reveal');
  const entry = await readStore(caller, (store) => store.findSecret(placeholder, Date.now()));
  if (entry === null) {
    const policy = await loadPolicy(caller, await findRepository(caller));
    if (!policy.secrets.isVaultOn)
      throw new Fault('VAULT_OFF', 'the vault is off: masked values were not kept');
    throw new Fault('NO_SUCH_PLACEHOLDER', `the vault holds no value for ${placeholder}`);
  }
  const key = await findVaultKey(caller, stateHome(caller.env));
  if (key === null)
    throw new Fault('KEY_UNREADABLE', "the vault's key is neither in the keyring nor in a file");
  return openSecret(entry, key);
}
