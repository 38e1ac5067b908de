// aitrail identity trust: adds a key to the repository's list of signers. It counts once it is committed, and only for
// changes made on top of that commit.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseAllowedSigners } from '../../attest/allowed-signers.ts';
import { fingerprintOf, formatKeyLine, parseKeyLine } from '../../attest/ssh-key.ts';
import { openWorktree } from '../../git/open-repository.ts';
import { expandPath } from '../../identity/git-key.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { SIGNATURE_NAMESPACE } from '../../model/statement.ts';
import { SIGNERS_FILE } from '../verify/read-trust.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { showIdentity } from './show-identity.ts';

const PRINCIPAL = /^[^\s,"!*?#]+$/;

export interface TrustedKey {
  readonly principal: string;
  readonly fingerprint: string;
  /** Repository-relative. */
  readonly file: string;
  /** False where the list had it already. */
  readonly isAdded: boolean;
}

/**
 * @param named a public key's file, its line, or `SHA256:…` of this machine's own key; null: this machine's own key.
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
  const key = parseKeyLine(await findLine(caller, named));
  if (key === null)
    throw new Fault('KEY_UNREADABLE', `${(named ?? '').slice(0, 100)} is no SSH public key`);
  const who = principal ?? key.comment;
  if (!PRINCIPAL.test(who))
    throw new Fault('USAGE', 'the key names nobody', {
      fix: `say who signs with it: aitrail identity trust KEY --principal alice@example.com`,
    });
  const file = join(worktree, SIGNERS_FILE);
  const before = await readFile(file, 'utf8').catch(() => ''); // the list begins with this key
  const isListed = parseAllowedSigners(before).signers.some(
    (signer) => signer.blob.equals(key.blob) && signer.principals.includes(who),
  );
  if (!isListed) await append(file, before, lineOf(who, key.blob));
  const fingerprint = fingerprintOf(key.blob);
  return { principal: who, fingerprint, file: SIGNERS_FILE, isAdded: !isListed };
}

const lineOf = (principal: string, blob: Uint8Array): string =>
  `${principal} namespaces="${SIGNATURE_NAMESPACE}" ${formatKeyLine(blob)}\n`;

async function append(file: string, before: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const joint = before === '' || before.endsWith('\n') ? '' : '\n';
  await writeFile(file, `${before}${joint}${line}`);
}

async function findLine(caller: Caller, named: string | null): Promise<string> {
  if (named !== null && parseKeyLine(named) !== null) return named;
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
