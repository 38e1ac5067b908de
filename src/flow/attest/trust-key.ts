// aitrail identity trust: adds a key to the repository's list of signers. It counts once it is committed, and only for
// changes made on top of that commit.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatSigner, parseAllowedSigners } from '../../attest/allowed-signers.ts';
import { formatTime } from '../../attest/edit-signers.ts';
import { parseRotations } from '../../attest/rotation.ts';
import { nameKey } from '../../attest/openpgp.ts';
import { fingerprintOf, formatKeyLine, parseKeyLine } from '../../attest/ssh-key.ts';
import { stateHome } from '../../config/places.ts';
import { openWorktree } from '../../git/open-repository.ts';
import { expandPath } from '../../identity/git-key.ts';
import { readKeptRotations } from '../../identity/next-key.ts';
import { parseWitnessKey } from '../../log/cosignature.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { TrustedKey } from '../../model/identity.ts';
import { SIGNATURE_NAMESPACE } from '../../model/statement.ts';
import { SIGNERS_FILE, WITNESSES_FILE } from '../verify/read-trust.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { showIdentity } from './show-identity.ts';
import { readListFile, writeListFile } from './signers-file.ts';

const WITNESS = /^\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/;
const PRINCIPAL = /^[^\s,"!*?#]+$/;

/**
 * @param named a witness's verifier key, an OpenPGP key's 40 digits, a public key's file, its line, or `SHA256:…` of this machine's own key; null: this machine's own key.
 * @param principal mail address or role; null: the comment of the key's line.
 * @throws Fault AGENT_NOT_ALLOWED, KEY_UNREADABLE, USAGE, BARE_REPOSITORY, NOT_A_REPOSITORY.
 */
export async function trustKey(
  caller: Caller,
  named: string | null,
  principal: string | null,
): Promise<TrustedKey> {
  await refuseAgent(caller, 'identity trust');
  const { worktree } = await openWorktree(caller);
  if (named !== null && WITNESS.test(named)) return trustWitness(worktree, named);
  const key = parseKeyLine(await findKeyLine(caller, named));
  if (key === null)
    throw new Fault('KEY_UNREADABLE', `${(named ?? '').slice(0, 100)} is no public key`);
  const who = principal ?? key.comment;
  if (!PRINCIPAL.test(who))
    throw new Fault('USAGE', 'the key names nobody', {
      fix: `say who signs with it: aitrail identity trust KEY --principal alice@example.com`,
    });
  const before = (await readListFile({ worktree })) ?? ''; // the list begins with this key
  const { signers } = parseAllowedSigners(before);
  const endsAt = await findEnd(caller, key);
  const isListed = signers.some(
    ({ blob, principals, validBeforeMs }) =>
      blob.equals(key.blob) &&
      principals.includes(who) &&
      // whose end gpg has put off since is listed once more
      (endsAt === null || validBeforeMs === null || validBeforeMs >= Date.parse(endsAt)),
  );
  if (!isListed) {
    const rotation = await findRotation(caller, before, key.blob);
    await writeListFile(
      { worktree },
      `${ended(before)}${rotation}${lineOf(who, key.blob, endsAt)}`,
    );
  }
  const fingerprint = fingerprintOf(key.blob);
  return { principal: who, fingerprint, file: SIGNERS_FILE, isAdded: !isListed };
}

const ended = (text: string): string => (/[^\n]$/.test(text) ? `${text}\n` : text);

/** What both keys signed, where this one took the place of a listed one: other repositories learn of it here. */
async function findRotation(caller: Caller, list: string, key: Buffer): Promise<string> {
  const kept = await readKeptRotations(stateHome(caller.env));
  const { signers } = parseAllowedSigners(list);
  const comment = kept.findLast((line) =>
    parseRotations(line).some(
      ({ from, to }) => to.equals(key) && signers.some(({ blob }) => blob.equals(from)),
    ),
  );
  return comment === undefined ? '' : `${comment}\n`;
}

/** Adds a witness: it says when notes were there. @throws Fault USAGE. */
async function trustWitness(worktree: string, vkey: string): Promise<TrustedKey> {
  const key = parseWitnessKey(vkey);
  if (key === null)
    throw new Fault('USAGE', `${vkey.slice(0, 200)} is no verifier key of a witness`, {
      fix: 'take the line `key` of: aitrail witness',
    });
  const known = await readWitnesses(worktree);
  const isListed = known.includes(vkey);
  await mkdir(join(worktree, '.aitrail'), { recursive: true });
  if (!isListed) await appendFile(join(worktree, WITNESSES_FILE), `${vkey}\n`);
  const fingerprint = Buffer.from(key.keyId).toString('hex');
  return { principal: key.name, fingerprint, file: WITNESSES_FILE, isAdded: !isListed };
}

/** @returns verifier keys that the working tree lists. */
export async function readWitnesses(worktree: string): Promise<readonly string[]> {
  const text = await readFile(join(worktree, WITNESSES_FILE), 'utf8').catch(() => ''); // none yet
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => parseWitnessKey(line) !== null);
}

function lineOf(principal: string, blob: Uint8Array, endsAt: string | null): string {
  const end = endsAt === null ? '' : `,valid-before="${formatTime(Date.parse(endsAt))}"`;
  return `${formatSigner(`${principal} namespaces="${SIGNATURE_NAMESPACE}"${end}`, blob)}\n`;
}

/** When an OpenPGP key of this machine ends by itself: readers see its name alone. */
async function findEnd(
  caller: Caller,
  { type, blob }: { readonly type: string; readonly blob: Buffer },
): Promise<string | null> {
  if (type !== 'openpgp') return null;
  const own = await showIdentity(caller).catch(() => null); // somebody else's key: there need be none here
  return own?.fingerprint === fingerprintOf(blob) ? own.endsAt : null;
}

const FINGERPRINT = /^(?:openpgp:|0x)?([0-9A-Fa-f]{40})!?$/;

/** The line of an OpenPGP key that is named by its 40 digits; null: it is named in another way. */
function openpgpLine(named: string): string | null {
  const fingerprint = FINGERPRINT.exec(named.replaceAll(' ', ''))?.[1];
  return fingerprint === undefined ? null : formatKeyLine(nameKey(Buffer.from(fingerprint, 'hex')));
}

/** @returns the public key's line. @throws Fault KEY_UNREADABLE. */
export async function findKeyLine(caller: Caller, named: string | null): Promise<string> {
  if (named !== null && parseKeyLine(named) !== null) return named;
  const openpgp = named === null ? null : openpgpLine(named);
  if (openpgp !== null) return openpgp;
  if (named === null || named.startsWith('SHA256:')) {
    const own = await showIdentity(caller);
    if (named === null || own.fingerprint === named) return `${own.publicKey} ${own.principal}`;
    throw new Fault('KEY_UNREADABLE', `${named} is not this machine's key`, {
      fix: 'name the public key itself: its file, or its line in quotes',
    });
  }
  const path = expandPath(named, caller);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('KEY_UNREADABLE', `${path} cannot be read`, {
      cause,
      fix: 'name a public key: a file such as ~/.ssh/id_ed25519.pub, or its line in quotes',
    });
  });
  return text.split('\n')[0] ?? '';
}
