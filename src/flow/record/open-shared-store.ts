// The store of a team: credentials from where the configuration says, the log's key that all gateways share.
import { stateHome } from '../../config/places.ts';
import { type NoteSigner, parseSigner } from '../../log/note.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { ObjectBucket, SharedStore } from '../../model/team.ts';
import { readLogKey } from '../../store/log-key.ts';
import type { ObjectPlace } from '../../store/postgres/objects.ts';
import { openPostgresStore } from '../../store/postgres/open.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';
import { type CredentialReader, openCredentials } from './read-credential.ts';

/** How long a command that asks waits for a database that is away. */
const READ_PATIENCE_MS = 2000;

/** @throws Fault STORE_UNREACHABLE, STORE_REFUSED, PEER_MISSING, LOG_KEY_WRONG, KEY_UNREADABLE, CREDENTIAL_MISSING. */
export async function openSharedStore(
  caller: Caller,
  shared: SharedStore,
  mode: 'write' | 'read',
): Promise<LocalStore> {
  const home = stateHome(caller.env);
  const read = openCredentials(caller, home);
  const password = await read({ name: 'store', credential: shared.password });
  const signer = await readNamedKey(caller, shared);
  const objects =
    shared.objects === null ? {} : { objects: await openBucket(read, shared.objects) };
  return openPostgresStore({
    place: { url: shared.url, password },
    ...objects,
    mode,
    // somebody looks at a terminal
    ...(mode === 'read' ? { patienceMs: READ_PATIENCE_MS } : {}),
    // who only reads needs no key: the gateways have signed
    signer: () => signer ?? (mode === 'write' ? readLogKey(home) : null),
  });
}

/** The key that all gateways of a team share. @throws Fault KEY_UNREADABLE, CREDENTIAL_MISSING. */
export const readTeamKey = async (caller: Caller, shared: SharedStore): Promise<NoteSigner> =>
  (await readNamedKey(caller, shared)) ?? readLogKey(stateHome(caller.env));

async function readNamedKey(caller: Caller, { logKey }: SharedStore): Promise<NoteSigner | null> {
  const read = openCredentials(caller, stateHome(caller.env));
  const named = await read({ name: 'store.logKey', credential: logKey });
  return named === null ? null : parseKey(named);
}

async function openBucket(read: CredentialReader, bucket: ObjectBucket): Promise<ObjectPlace> {
  const { url, region, accessKeyId, secretAccessKey: credential } = bucket;
  const secretAccessKey = (await read({ name: 'store.objects', credential })) ?? '';
  return { url, region, accessKeyId, secretAccessKey };
}

function parseKey(text: string): NoteSigner {
  const signer = parseSigner(text);
  if (signer === null)
    throw new Fault('KEY_UNREADABLE', 'store.logKey: not a note key', {
      fix: 'make one: aitrail gateway --new-log-key FILE',
    });
  return signer;
}
