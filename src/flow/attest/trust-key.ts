// aitrail identity trust: adds a key to the repository's list of signers. It counts once it is committed, and only for
// changes made on top of that commit.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatSigner, parseAllowedSigners } from '../../attest/allowed-signers.ts';
import { formatTime } from '../../attest/edit-signers.ts';
import { parseRotations } from '../../attest/rotation.ts';
import { nameKey } from '../../attest/openpgp.ts';
import { nameIdentity } from '../../attest/sigstore.ts';
import { fingerprintOf, formatKeyLine, parseKeyLine } from '../../attest/ssh-key.ts';
import { stateHome } from '../../config/places.ts';
import { openWorktree } from '../../git/open-repository.ts';
import { expandPath } from '../../identity/git-key.ts';
import { openIdentityProver } from '../../identity/sigstore-trust.ts';
import { readKeptRotations } from '../../identity/next-key.ts';
import { parseWitnessKey } from '../../log/cosignature.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import type { TrustedKey } from '../../model/identity.ts';
import { SIGNATURE_NAMESPACE } from '../../model/statement.ts';
import { ROOT_FILE, SIGNERS_FILE, WITNESSES_FILE } from '../verify/read-trust.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { showIdentity } from './show-identity.ts';
import { readListFile, writeListFile } from './signers-file.ts';

const ROOT_TYPE = 'application/vnd.dev.sigstore.trustedroot';
const WITNESS = /^\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/;
const PRINCIPAL = /^[^\s,"!*?#]+$/;

/**
 * @param named a witness's verifier key, an OpenPGP key's 40 digits, an identity of Sigstore (`sigstore:ISSUER,SUBJECT`), its trusted root's file, a public key's file, its line, or `SHA256:…` of this machine's own key; null: this machine's own key.
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
  const other = named === null ? null : await trustOther(caller, worktree, named);
  if (other !== null) return other;
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

/** A witness, or which Sigstore counts. @returns null where a signer is named. */
async function trustOther(
  caller: Caller,
  worktree: string,
  named: string,
): Promise<TrustedKey | null> {
  if (WITNESS.test(named)) return trustWitness(worktree, named);
  const root = await readRoot(caller, named);
  return root === null ? null : trustRoot(worktree, root);
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

/** @returns JSON of a trusted root, null where the file holds something else, or is none. */
async function readRoot(caller: Caller, named: string): Promise<string | null> {
  const text = await readFile(expandPath(named, caller), 'utf8').catch(() => ''); // it may be no file's name
  return stringAt(parseJson(text), 'mediaType')?.startsWith(ROOT_TYPE) === true ? text : null;
}

/** Which Sigstore counts. @throws Fault PEER_MISSING, KEY_UNREADABLE. */
async function trustRoot(worktree: string, text: string): Promise<TrustedKey> {
  await openIdentityProver(text, 'the file');
  const path = join(worktree, ROOT_FILE);
  const before = await readFile(path, 'utf8').catch(() => null); // none yet
  await mkdir(join(worktree, '.aitrail'), { recursive: true });
  if (before !== text) await writeFile(path, text);
  const digest = createHash('sha256').update(text, 'utf8').digest('base64').replace(/=+$/, '');
  const fingerprint = `SHA256:${digest}`;
  return { principal: 'sigstore', fingerprint, file: ROOT_FILE, isAdded: before !== text };
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

const IDENTITY = /^sigstore:(?<issuer>https?:\/\/[^\s,]+),(?<subject>\S+)$/;

/** The same of an identity. */
function identityLine(named: string): string | null {
  const { issuer, subject } = IDENTITY.exec(named)?.groups ?? {};
  return issuer === undefined || subject === undefined
    ? null
    : formatKeyLine(nameIdentity({ issuer, subject }));
}

/** Of what is named without a file. */
const readKeyLine = (named: string): string | null =>
  parseKeyLine(named) === null ? (openpgpLine(named) ?? identityLine(named)) : named;

/** @returns the public key's line. @throws Fault KEY_UNREADABLE. */
export async function findKeyLine(caller: Caller, named: string | null): Promise<string> {
  const line = named === null ? null : readKeyLine(named);
  if (line !== null) return line;
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
