// Credentials of connections: kept, listed by name, forgotten. Values go in and never come out.
import { stateHome } from '../../config/places.ts';
import { findRepository } from '../../git/open-repository.ts';
import {
  keepCredential,
  type KeptCredential,
  listCredentials,
  removeCredential,
} from '../../identity/credentials.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { notifyCredential } from '../approve/notify.ts';
import { telemetryCredential } from '../daemon/open-meters.ts';
import { refuseAgent } from '../session/refuse-agent.ts';

export const showCredentials = (caller: Caller): Promise<readonly KeptCredential[]> =>
  listCredentials(stateHome(caller.env));

/** @param readValue asked once it is known that the value has a use. @throws Fault AGENT_NOT_ALLOWED, CONNECTION_UNKNOWN. */
export async function setCredential(
  caller: Caller,
  connection: string,
  readValue: () => Promise<string>,
): Promise<KeptCredential> {
  await refuseAgent(caller, 'credentials set');
  const policy = await loadPolicy(caller, await findRepository(caller));
  const receivers = [
    ...policy.notify.map(({ url }) => notifyCredential(url)),
    ...Object.keys(policy.telemetry?.headers ?? {}).map(telemetryCredential),
  ];
  if (policy.connections[connection] === undefined && !receivers.includes(connection))
    throw new Fault('CONNECTION_UNKNOWN', `there is no connection named ${connection}`);
  const value = await readValue();
  return keepCredential(caller, stateHome(caller.env), { connection, value });
}

/** @throws Fault AGENT_NOT_ALLOWED, CREDENTIAL_MISSING. */
export async function dropCredential(caller: Caller, connection: string): Promise<void> {
  await refuseAgent(caller, 'credentials remove');
  if (await removeCredential(caller, stateHome(caller.env), connection)) return;
  throw new Fault('CREDENTIAL_MISSING', `no credential of ${connection} is kept`, {
    fix: 'see which are: aitrail credentials list',
  });
}
