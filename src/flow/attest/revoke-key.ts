// aitrail identity revoke: from a time on a listed key counts for nothing. Its lines stay in the list, with that end: what a
// trusted witness saw before still verifies.
import { endKey } from '../../attest/edit-signers.ts';
import { parseAllowedSigners } from '../../attest/allowed-signers.ts';
import { fingerprintOf, parseKeyLine } from '../../attest/ssh-key.ts';
import { stateHome } from '../../config/places.ts';
import { openWorktree } from '../../git/open-repository.ts';
import { listOwnKeys } from '../../identity/own-key.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { RevokedKey } from '../../model/identity.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { SIGNERS_FILE } from '../verify/read-trust.ts';
import { readListFile, writeListFile } from './signers-file.ts';
import { findKeyLine, readWitnesses } from './trust-key.ts';

/** @param readSinceMs asked after it is known that a person asks. @throws Fault AGENT_NOT_ALLOWED, KEY_NOT_LISTED, USAGE. */
export async function revokeKey(
  caller: Caller,
  named: string,
  readSinceMs: () => number,
): Promise<RevokedKey> {
  await refuseAgent(caller, 'identity revoke');
  const sinceMs = readSinceMs();
  const repository = await openWorktree(caller);
  const text = await readListFile(repository);
  if (text === null) throw notListed('there is no .aitrail/allowed_signers here');
  const key = named.startsWith('SHA256:')
    ? parseAllowedSigners(text).signers.find(({ blob }) => fingerprintOf(blob) === named)?.blob
    : parseKeyLine(await findKeyLine(caller, named))?.blob;
  const edited = key === undefined ? null : endKey(text, key, sinceMs);
  if (key === undefined || edited === null)
    throw notListed(`${named.slice(0, 100)} is not in ${SIGNERS_FILE}`);
  if (edited !== text) await writeListFile(repository, edited);
  const [own] = await listOwnKeys(stateHome(caller.env));
  return {
    fingerprint: fingerprintOf(key),
    since: new Date(Math.floor(sinceMs / 1000) * 1000).toISOString(),
    file: SIGNERS_FILE,
    isChanged: edited !== text,
    isOwn: own?.equals(key) === true,
    witnesses: (await readWitnesses(repository.worktree)).length,
  };
}

const notListed = (what: string): Fault => new Fault('KEY_NOT_LISTED', what);
