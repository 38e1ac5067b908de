// The login that is kept on this machine: in the keyring, else sealed in a file of 0600, as credentials are. One at a time.
import { stateHome } from '../../config/places.ts';
import {
  findCredential,
  keepCredential,
  type KeptCredential,
  listCredentials,
  removeCredential,
} from '../../identity/credentials.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { numberAt, objectAt, parseJson, stringAt } from '../../model/json.ts';
import { type Login, parseLoginPlace } from '../../model/login.ts';

/** No connection can be called so. */
const PREFIX = 'login:';

export async function keepLogin(caller: Caller, login: Login): Promise<KeptCredential['keeper']> {
  const home = stateHome(caller.env);
  const connection = `${PREFIX}${login.gateway}`;
  for (const other of await listLogins(home))
    if (other !== connection) await removeCredential(caller, home, other);
  const kept = await keepCredential(caller, home, { connection, value: JSON.stringify(login) });
  return kept.keeper;
}

/** @throws Fault NOT_LOGGED_IN, KEY_UNREADABLE. */
export async function findLogin(caller: Caller): Promise<Login> {
  const home = stateHome(caller.env);
  const [name] = await listLogins(home);
  const text = name === undefined ? null : await findCredential(caller, home, name);
  const login = text === null ? null : parseLogin(text);
  if (login === null) throw new Fault('NOT_LOGGED_IN', 'nobody is logged in at a gateway here');
  return login;
}

export async function dropLogin(caller: Caller): Promise<void> {
  const home = stateHome(caller.env);
  for (const name of await listLogins(home)) await removeCredential(caller, home, name);
}

async function listLogins(home: string): Promise<readonly string[]> {
  const kept = await listCredentials(home);
  return kept.map(({ connection }) => connection).filter((name) => name.startsWith(PREFIX));
}

function parseLogin(text: string): Login | null {
  const json = parseJson(text);
  const place = parseLoginPlace(objectAt(json, 'place'));
  const [gateway, idToken] = [stringAt(json, 'gateway'), stringAt(json, 'idToken')];
  if (gateway === null || idToken === null || place === null) return null;
  return {
    gateway,
    idToken,
    expiresAtMs: numberAt(json, 'expiresAtMs') ?? 0,
    refreshToken: stringAt(json, 'refreshToken'),
    place,
  };
}
