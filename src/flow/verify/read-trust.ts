// Who is trusted to attest: the list at the base revision, else git's own list, else this machine's own key.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { parseAllowedSigners } from '../../attest/allowed-signers.ts';
import { parseRevokedKeys, type RevokedKeys } from '../../attest/revoked-keys.ts';
import { parseRotations } from '../../attest/rotation.ts';
import { readIdentity } from '../../attest/sigstore.ts';
import { parseKeyLine } from '../../attest/ssh-key.ts';
import type { Trust } from '../../attest/trust.ts';
import { stateHome } from '../../config/places.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readSigningConfig, type SigningConfig } from '../../git/signing-settings.ts';
import { expandPath } from '../../identity/git-key.ts';
import { openIdentityProver, type IdentityProver } from '../../identity/sigstore-trust.ts';
import { findConfigured } from '../../identity/pick-signer.ts';
import { listOwnKeys } from '../../identity/own-key.ts';
import { Fault } from '../../model/fault.ts';

export const SIGNERS_FILE = '.aitrail/allowed_signers';

/** Verifier keys of witnesses, one a line. */
export const WITNESSES_FILE = '.aitrail/witnesses';

/** Which Sigstore counts: its authorities' certificates and its logs' keys. */
export const ROOT_FILE = '.aitrail/trusted_root.json';

/** @param base full id of a commit that exists, or null: no revision stands before the change. @throws Fault KEY_UNREADABLE. */
export async function readTrust(
  repository: Repository,
  objects: Objects,
  base: string | null,
): Promise<Trust> {
  const [settings, listed, witnesses] = await Promise.all([
    readSigningConfig(repository.caller),
    readTextAt(objects, base, SIGNERS_FILE),
    readTextAt(objects, base, WITNESSES_FILE),
  ]);
  const from = { settings, base };
  const [list, revoked] = await Promise.all([
    readSigners(repository, objects, { ...from, listed }),
    readRevoked(repository, objects, from),
  ]);
  const proveIdentity = await readProver(objects, base, list);
  return {
    ...list,
    witnesses: (witnesses ?? '').split('\n').map((line) => line.trim()),
    ...(revoked === null ? {} : { revoked }),
    ...(proveIdentity === null ? {} : { proveIdentity }),
  };
}

/** Only where the list names an identity: the packages that prove one are no part of aitrail. */
async function readProver(
  objects: Objects,
  base: string | null,
  { signers }: Trust,
): Promise<IdentityProver | null> {
  if (!signers.some(({ blob }) => readIdentity(blob) !== null)) return null;
  const root = await readTextAt(objects, base, ROOT_FILE);
  return root === null ? null : openIdentityProver(root, ROOT_FILE);
}

/**
 * With what the change under test brings along and may: rotations, as a key that is trusted must have signed them, and ends
 * of keys, as they only take trust away.
 */
export async function withTip(
  trust: Trust,
  objects: Objects,
  tip: string | undefined,
): Promise<Trust> {
  const list = await readTextAt(objects, tip ?? null, SIGNERS_FILE);
  return {
    ...trust,
    rotations: parseRotations(list ?? ''),
    ended: parseAllowedSigners(list ?? '').signers.filter(({ isAuthority }) => !isAuthority),
  };
}

interface From {
  readonly settings: SigningConfig;
  readonly base: string | null;
}

/** @param from with the repository's own list as it stands at the base, null where there is none. */
async function readSigners(
  repository: Repository,
  objects: Objects,
  from: From & { readonly listed: string | null },
): Promise<Trust> {
  if (from.base !== null && from.listed !== null)
    return listTrust(from.listed, nameAt(from.base, SIGNERS_FILE));
  const ofGit = await readGitList(repository, objects, from);
  if (ofGit !== null) return ofGit;
  const ownKeys = await readOwnKeys(repository, from.settings);
  const kind = ownKeys.length > 0 ? 'own-key' : 'none';
  return { source: { kind }, signers: [], ownKeys };
}

async function readListAt(objects: Objects, base: string, path: string): Promise<Trust | null> {
  const text = await readTextAt(objects, base, path);
  return text === null ? null : listTrust(text, nameAt(base, path));
}

const nameAt = (base: string, path: string): string => `${path} at ${base.slice(0, 12)}`;

async function readTextAt(
  objects: Objects,
  revision: string | null,
  path: string,
): Promise<string | null> {
  const file = revision === null ? null : await objects.read(`${revision}:${path}`);
  return file?.type === 'blob' ? file.bytes.toString('utf8') : null;
}

/** As git reads it: a list that cannot be read leaves nobody to trust. */
async function readRevoked(
  repository: Repository,
  objects: Objects,
  { settings, base }: From,
): Promise<RevokedKeys | null> {
  const named = settings.revocationFile;
  if (named === null) return null;
  const path = expandPath(named, repository.caller);
  const inside = placeInside(repository, path);
  const before = base === null || inside === null ? null : await objects.read(`${base}:${inside}`);
  const bytes = before?.bytes ?? (await readFile(path).catch(() => null)); // null is said below
  const list = bytes === null ? null : parseRevokedKeys(bytes);
  if (list !== null) return list;
  throw new Fault(
    'KEY_UNREADABLE',
    `gpg.ssh.revocationFile ${path} ${bytes === null ? 'cannot be read' : 'is neither public keys, one a line, nor a key revocation list'}`,
    { fix: 'correct the setting or the file: ssh-keygen -Q -l -f FILE' },
  );
}

/** Path in the working tree; null where it is elsewhere. */
function placeInside({ worktree }: Repository, path: string): string | null {
  const inside = worktree === null ? '..' : relative(worktree, path);
  return inside.startsWith('..') ? null : inside;
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
  from: From,
): Promise<Trust | null> {
  const named = from.settings.allowedSignersFile;
  if (named === null) return null;
  const path = expandPath(named, repository.caller);
  const inside = placeInside(repository, path);
  if (inside !== null) return from.base === null ? null : readListAt(objects, from.base, inside);
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
  const ofGit = await findConfigured({ caller, home, settings: { ...settings, email: '' } }).catch(
    () => null,
  ); // unreadable: not ours to trust
  const blob = ofGit === null ? null : parseKeyLine(ofGit.publicKey)?.blob;
  return blob === null || blob === undefined ? own : [...own, blob];
}
