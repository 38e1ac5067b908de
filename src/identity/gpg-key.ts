// git's own OpenPGP key: user.signingkey with gpg.format openpgp, which is git's default. gpg signs, and never asks: what
// needs a person is SIGNER_LOCKED, and the commit's note waits.
import { embedKey, NOTATION_NAME, checkOpenpgp, nameKey, parseOpenpgp } from '../attest/openpgp.ts';
import { formatKeyLine } from '../attest/ssh-key.ts';
import { Fault } from '../model/fault.ts';
import { signMsMax } from '../model/sign-wait.ts';
import type { Signer } from '../model/signing.ts';
import { SIGNATURE_NAMESPACE } from '../model/statement.ts';
import type { GitKeyWork } from './git-key.ts';
import { runBounded } from './run-bounded.ts';

/** What asks nobody, whatever the user's own gpg.conf says. */
const QUIETLY = ['--batch', '--no-tty', '--no-armor', '--no-textmode'] as const;

/** A file or a public line: an SSH key whose gpg.format is missing, which no OpenPGP key is called. */
const SSH = /^(?:key::|ssh-|sk-|ecdsa-)|[/\\]/;

/**
 * @param isNamed `signing: gpg` says so: without user.signingkey it is the committer's key, as with git commit -S.
 * @returns null where git does not sign with OpenPGP. @throws Fault KEY_UNREADABLE, SIGNER_LOCKED where it does, with a
 *   key that is not there.
 */
export async function findGpgKey(work: GitKeyWork, isNamed: boolean): Promise<Signer | null> {
  const { settings } = work;
  const isFormat = (settings.format ?? 'openpgp') === 'openpgp';
  if (!isNamed && (!isFormat || settings.signingKey === null || SSH.test(settings.signingKey)))
    return null;
  const named = (isFormat ? settings.signingKey : null) ?? `<${settings.email}>`;
  const key = await findUsable(work, named);
  return {
    kind: 'gpg',
    principal: settings.email,
    publicKey: formatKeyLine(nameKey(Buffer.from(key.fingerprint, 'hex'))),
    place: 'gpg',
    endsAtMs: key.endsAtMs,
    sign: (message) => signWith(work, key.fingerprint, message),
  };
}

interface ListedKey {
  /** 40 digits. */
  readonly fingerprint: string;
  /** gpg's letter: `e` expired, `r` revoked, `d` disabled. */
  readonly validity: string;
  readonly canSign: boolean;
  readonly isSubkey: boolean;
  readonly madeAtMs: number;
  readonly endsAtMs: number | null;
}

/** The subkey that gpg would take: named with `!`, or else the newest that can sign, before the primary key. */
async function findUsable(work: GitKeyWork, named: string): Promise<ListedKey> {
  const list = ['--with-colons', '--with-subkey-fingerprint', '--list-secret-keys'];
  const listed = parseList(
    (await runGpg(work, [...QUIETLY, ...list, '--', named], '')).toString('utf8'),
  );
  const exact = named.endsWith('!') ? named.slice(0, -1).replace(/^0x/i, '').toUpperCase() : '';
  const signing = listed.filter(
    ({ canSign, fingerprint }) => canSign && fingerprint.endsWith(exact),
  );
  const [best] = signing
    .filter(({ validity }) => !/^[erdi]/.test(validity))
    .toSorted((a, b) => Number(b.isSubkey) - Number(a.isSubkey) || b.madeAtMs - a.madeAtMs);
  if (best !== undefined) return best;
  const why = signing[0]?.validity.startsWith('r') === true ? 'is revoked' : 'has expired';
  throw unreadable(
    `the OpenPGP key ${named.slice(0, 100)} ${signing.length > 0 ? why : 'has no secret part here that signs'}`,
  );
}

/** gpg's doc/DETAILS: records of fields between colons, each key followed by its fingerprint. */
function parseList(text: string): readonly ListedKey[] {
  const found: ListedKey[] = [];
  let fields: readonly string[] = [];
  for (const line of text.split('\n')) {
    const next = line.split(':');
    if (next[0] === 'sec' || next[0] === 'ssb') fields = next;
    if (next[0] !== 'fpr' || fields.length === 0) continue;
    found.push(describeKey(fields, next[9] ?? ''));
    fields = [];
  }
  return found;
}

function describeKey(fields: readonly string[], fingerprint: string): ListedKey {
  const [kind, validity = ''] = fields;
  const [madeAt = '', endsAt = ''] = fields.slice(5, 7);
  const isThere = fields[14] !== '#'; // a stub whose secret part is elsewhere
  return {
    fingerprint,
    validity,
    isSubkey: kind === 'ssb',
    canSign: isThere && fields[11]?.includes('s') === true,
    madeAtMs: Number(madeAt) * 1000,
    endsAtMs: endsAt === '' ? null : Number(endsAt) * 1000,
  };
}

async function signWith(
  work: GitKeyWork,
  fingerprint: string,
  message: Uint8Array,
): Promise<Buffer> {
  const notation = `${NOTATION_NAME}=${SIGNATURE_NAMESPACE}`;
  const how = ['--status-fd', '2', '--sig-notation', notation, '--default-sig-expire', '0'];
  const which = ['--local-user', `${fingerprint}!`, '--output', '-', '--detach-sign'];
  const signature = await runGpg(
    work,
    [...QUIETLY, ...passphraseOf(work), ...how, ...which],
    message,
  );
  const minimal = ['--export-options', 'export-minimal', '--export', '--', fingerprint];
  const blob = embedKey(signature, await runGpg(work, [...QUIETLY, ...minimal], ''));
  const parsed = blob === null ? null : parseOpenpgp(blob);
  if (blob === null || parsed === null) throw unreadable(`gpg gave no signature of ${fingerprint}`);
  const check = checkOpenpgp(parsed, message, SIGNATURE_NAMESPACE);
  if (check.kind === 'bad') throw unreadable(`the signature of ${fingerprint}: ${check.why}`);
  return blob;
}

/** With a passphrase file gpg takes it from there; without one whoever would have to type it is not asked. */
function passphraseOf({ caller }: GitKeyWork): readonly string[] {
  const file = caller.env['AITRAIL_PASSPHRASE_FILE'] ?? '';
  return file === ''
    ? ['--pinentry-mode', 'error']
    : ['--pinentry-mode', 'loopback', '--passphrase-file', file];
}

async function runGpg(
  { caller, settings }: GitKeyWork,
  args: readonly string[],
  stdin: Uint8Array | string,
): Promise<Buffer> {
  const program = settings.gpgProgram ?? 'gpg';
  const answer = await runBounded(caller, { program, args, stdin, timeoutMs: signMsMax(caller) });
  switch (answer.kind) {
    case 'timeout':
      throw new Fault('SIGNER_LOCKED', 'gpg waits for its agent, a card or a passphrase', {
        fix: UNLOCK,
      });
    case 'missing':
      throw new Fault('KEY_UNREADABLE', `${program} cannot be started: ${answer.why}`, {
        fix: 'install GnuPG 2.2 or newer, correct gpg.program, or sign with another key: signing: keyring',
      });
    case 'ended':
      if (answer.exit === 0) return answer.out;
      throw refusalOf(answer.err);
  }
}

const UNLOCK =
  'have gpg ask for the passphrase once (gpg --clearsign --output /dev/null /dev/null), then: aitrail attribute';

/** libgpg-error's numbers: keys that are not there or not fit; all else is the agent's, a card's or a missing person's. */
const UNFIT: ReadonlySet<number> = new Set([9, 17, 53, 54, 125]);

function refusalOf(err: string): Fault {
  const said = err.split('\n').filter((line) => !line.startsWith('[GNUPG:]'));
  const failure = /^\[GNUPG:\] FAILURE sign (\d+)/m.exec(err)?.[1];
  const why = (said.at(-1) ?? err).replace(/^gpg: /, '');
  return failure === undefined || UNFIT.has(Number(failure) & 0xffff)
    ? unreadable(why)
    : new Fault('SIGNER_LOCKED', `gpg: ${why}`, { fix: UNLOCK });
}

const unreadable = (what: string): Fault =>
  new Fault('KEY_UNREADABLE', what, {
    fix: 'correct user.signingkey (gpg --list-secret-keys), or sign with another key: signing: keyring',
  });
