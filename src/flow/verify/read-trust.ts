// Who is trusted to attest: the list at the base revision, else git's own list, else this machine's own key.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { parseAllowedSigners } from '../../attest/allowed-signers.ts';
import { parseKeyLine } from '../../attest/ssh-key.ts';
import type { Trust } from '../../attest/trust.ts';
import { stateHome } from '../../config/places.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readSigningConfig, type SigningConfig } from '../../git/signing-settings.ts';
import { expandPath, findGitKey } from '../../identity/git-key.ts';
import { listOwnKeys } from '../../identity/own-key.ts';
import { Fault } from '../../model/fault.ts';

export const SIGNERS_FILE = '.aitrail/allowed_signers';

/** @param base full id of a commit that exists, or null: no revision stands before the change. */
export async function readTrust(
  repository: Repository,
  objects: Objects,
  base: string | null,
): Promise<Trust> {
  const listed = base === null ? null : await readListAt(objects, base, SIGNERS_FILE);
  if (listed !== null) return listed;
  const settings = await readSigningConfig(repository.caller);
  const ofGit = await readGitList(repository, objects, { settings, base });
  if (ofGit !== null) return ofGit;
  const ownKeys = await readOwnKeys(repository, settings);
  const kind = ownKeys.length > 0 ? 'own-key' : 'none';
  return { source: { kind }, signers: [], ownKeys };
}

async function readListAt(objects: Objects, base: string, path: string): Promise<Trust | null> {
  const file = await objects.read(`${base}:${path}`);
  if (file?.type !== 'blob') return null;
  return listTrust(file.bytes.toString('utf8'), `${path} at ${base.slice(0, 12)}`);
}

const listTrust = (text: string, name: string): Trust => ({
  source: { kind: 'file', name },
  signers: parseAllowedSigners(text).signers,
  ownKeys: [],
});

/** A file inside the working tree is part of the change: it counts as it stands at the base. */
async function readGitList(
  repository: Repository,
  objects: Objects,
  from: { readonly settings: SigningConfig; readonly base: string | null },
): Promise<Trust | null> {
  const named = from.settings.allowedSignersFile;
  if (named === null) return null;
  const path = expandPath(named, repository.caller);
  const inside = repository.worktree === null ? '..' : relative(repository.worktree, path);
  if (!inside.startsWith('..'))
    return from.base === null ? null : readListAt(objects, from.base, inside);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('KEY_UNREADABLE', `gpg.ssh.allowedSignersFile ${path} cannot be read`, {
      cause,
      fix: 'correct the setting, or unset it: git config --unset gpg.ssh.allowedSignersFile',
    });
  });
  return listTrust(text, path);
}

async function readOwnKeys(
  repository: Repository,
  settings: SigningConfig,
): Promise<readonly Uint8Array[]> {
  const { caller } = repository;
  const home = stateHome(caller.env);
  const own = await listOwnKeys(home);
  const ofGit = await findGitKey({ caller, home, settings: { ...settings, email: '' } }).catch(
    () => null,
  ); // unreadable: not ours to trust
  const blob = ofGit === null ? null : parseKeyLine(ofGit.publicKey)?.blob;
  return blob === null || blob === undefined ? own : [...own, blob];
}
