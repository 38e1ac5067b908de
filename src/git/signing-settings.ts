// What git's configuration says about signing, in one call, and who commits.
import { Fault } from '../model/fault.ts';
import type { Caller } from '../model/caller.ts';
import type { SigningSettings } from '../model/signing.ts';
import { runGit } from './run-git.ts';

/** @throws Fault NO_IDENTITY where git knows no committer. */
export async function readSigningSettings(caller: Caller): Promise<SigningSettings> {
  const [config, identity] = await Promise.all([
    readSigningConfig(caller),
    runGit(caller, ['var', 'GIT_COMMITTER_IDENT'], { okExits: [0, 128] }),
  ]);
  const email = /<([^>]*)>/.exec(identity.stdout.toString('utf8'))?.[1] ?? '';
  if (identity.exit !== 0 || email === '')
    throw new Fault('NO_IDENTITY', 'git knows no committer name and mail address');
  return { ...config, email };
}

/** Without the committer's address: a machine that only verifies needs none. */
export type SigningConfig = Omit<SigningSettings, 'email'>;

export async function readSigningConfig(caller: Caller): Promise<SigningConfig> {
  const config = await runGit(
    caller,
    ['config', '-z', '--get-regexp', '^(gpg\\.|user\\.signingkey)'],
    { okExits: [0, 1] },
  );
  const values = new Map<string, string>();
  for (const entry of config.stdout.toString('utf8').split('\0')) {
    const end = entry.indexOf('\n'); // the last value of a key wins, as in git
    if (end > 0) values.set(entry.slice(0, end), entry.slice(end + 1));
  }
  const setting = (name: string): string | null => values.get(name) ?? null;
  return {
    format: setting('gpg.format'),
    signingKey: setting('user.signingkey'),
    keyCommand: setting('gpg.ssh.defaultkeycommand'),
    gpgProgram: setting('gpg.openpgp.program') ?? setting('gpg.program'),
    program: setting('gpg.ssh.program'),
    allowedSignersFile: setting('gpg.ssh.allowedsignersfile'),
    revocationFile: setting('gpg.ssh.revocationfile'),
  };
}
