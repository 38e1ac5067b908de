// aitrail doctor: looks at everything a commit or a recording needs, one check after the other. A check that throws a
// fault is a failed check: the fault says what is wrong and what to do.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runFiles, stateHome } from '../../config/places.ts';
import { findRemotesWithoutNotes } from '../../git/notes-refspec.ts';
import { findRepository, openRepository, type Repository } from '../../git/open-repository.ts';
import { readPending } from '../../git/pending.ts';
import { listRemotes } from '../../git/remotes.ts';
import { gitText } from '../../git/run-git.ts';
import { listCredentials } from '../../identity/credentials.ts';
import { hasKeyring } from '../../identity/keyring.ts';
import { findLostKey } from '../../identity/own-key.ts';
import type { Caller } from '../../model/caller.ts';
import type { Check } from '../../model/diagnosis.ts';
import { isFault } from '../../model/fault.ts';
import { checkLog } from '../log/check-log.ts';
import { checkHooks } from './check-hooks.ts';
import { checkPrivacy } from './check-privacy.ts';
import { checkReporting } from './check-reporting.ts';
import { checkSettled } from './check-settled.ts';
import { readDaemonStatus } from '../daemon/daemon-status.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { openSigner } from '../attest/open-signer.ts';

interface World {
  readonly caller: Caller;
  readonly repository: Repository | null;
  readonly home: string;
}

type Finding = Omit<Check, 'name'>;

const ok = (detail: string): Finding => ({ status: 'ok', detail, fix: null });
const note = (detail: string): Finding => ({ status: 'note', detail, fix: null });
const warn = (detail: string, fix: string): Finding => ({ status: 'warn', detail, fix });
const fail = (detail: string, fix: string): Finding => ({ status: 'fail', detail, fix });

const CHECKS: readonly (readonly [string, (world: World) => Promise<Finding>])[] = [
  ['node', async () => ok(`Node ${process.versions.node}`)],
  ['git', checkGit],
  ['repository', checkRepository],
  ['hooks', ({ repository }) => checkHooks(repository)],
  ['policy', checkPolicy],
  ['identity', checkIdentity],
  ['keyring', checkKeyring],
  ['notes', checkNotes],
  ['pending', checkPending],
  ['state', checkState],
  ['daemon', checkDaemon],
  ['log', checkRecords],
  ['reporting', ({ caller }) => checkReporting(caller)],
  ['agents', checkAgents],
  ['settings', ({ caller }) => checkSettled(caller)],
];

/** Runs every check, each also where an earlier one failed. @throws never a fault. */
export async function diagnose(caller: Caller): Promise<readonly Check[]> {
  const repository = await findRepository(caller).catch(() => null); // the git check says why
  const world = { caller, repository, home: stateHome(caller.env) };
  const checks: Check[] = [];
  for (const [name, look] of CHECKS) checks.push({ name, ...(await take(look(world))) });
  return checks;
}

async function take(looking: Promise<Finding>): Promise<Finding> {
  try {
    return await looking;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return fail(`${thrown.message} (${thrown.code})`, thrown.fix);
  }
}

const GIT_MINOR_MIN = 34;

async function checkGit({ caller }: World): Promise<Finding> {
  const version = (await gitText(caller, ['--version'])).replace('git version ', '');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 2 || (major === 2 && minor < GIT_MINOR_MIN)
    ? fail(`git ${version} is too old`, `install git 2.${GIT_MINOR_MIN} or newer`)
    : ok(`git ${version}`);
}

async function checkRepository({ caller, repository }: World): Promise<Finding> {
  if (repository === null) return checkNone(caller);
  if (repository.worktree === null) return note(`${repository.gitDir} is bare: it needs no hooks`);
  return ok(repository.worktree);
}

/** There may be one that git refuses: that fault stands. */
async function checkNone(caller: Caller): Promise<Finding> {
  try {
    return ok((await openRepository(caller)).gitDir);
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code !== 'NOT_A_REPOSITORY') throw thrown;
    return note(`${caller.cwd} is in no repository: its checks are left out`);
  }
}

async function checkPolicy({ caller, repository }: World): Promise<Finding> {
  const policy = await loadPolicy(caller, repository);
  const from = policy.files.length === 0 ? 'defaults only' : policy.files.join(', ');
  return ok(
    `${policy.protect.length} protect rule${policy.protect.length === 1 ? '' : 's'}; retention ${policy.retentionDays} d; ${from}`,
  );
}

async function checkIdentity({ caller, repository }: World): Promise<Finding> {
  const policy = await loadPolicy(caller, repository).catch(() => null); // the policy check says why
  const signer = await openSigner(caller, policy ?? { signing: 'auto' });
  const detail = `${signer.principal} signs with ${signer.place}`;
  if (signer.kind === 'keyring') return checkKeyringKey(caller, detail);
  if (signer.kind === 'ssh' || signer.kind === 'gpg') return ok(detail);
  if (!(await can(signer.place, constants.R_OK)))
    return fail(
      `${signer.place} is gone or cannot be read: no commit can be signed`,
      'put it back from a backup of yours; if there is none: aitrail identity rotate --lost',
    );
  return (caller.env['AITRAIL_PASSPHRASE_FILE'] ?? '') === ''
    ? note(`${detail}, not encrypted: whoever reads the file can sign`)
    : ok(`${detail}, encrypted`);
}

/** A keyring that was wiped: the public half is still in the state directory. */
async function checkKeyringKey(caller: Caller, detail: string): Promise<Finding> {
  const home = stateHome(caller.env);
  const lost = await findLostKey(caller, home);
  if (lost === null) return ok(detail);
  const kept = (await listCredentials(home)).filter(({ keeper }) => keeper === 'keyring');
  const gone = [
    `signing with ${lost}`,
    'values that reveal gives back',
    ...kept.map(({ connection }) => `the credential of ${connection}`),
  ];
  return fail(
    `the keyring gives out no key: locked, or lost are ${gone.join(', ')}; not lost are recordings, the log and its key, and notes, which verify as before`,
    'unlock the keyring; if it was wiped: aitrail identity rotate --lost, then aitrail credentials set CONNECTION',
  );
}

async function checkKeyring({ caller }: World): Promise<Finding> {
  return hasKeyring(caller)
    ? ok('the operating system has one')
    : note('none here: keys are kept in files that only you can read');
}

async function checkNotes({ caller, repository }: World): Promise<Finding> {
  if (repository === null) return note('no repository');
  // git then writes notes itself at a rewrite, and loses those of others (DECISIONS 22)
  const rewrite = await gitText(caller, ['config', '--get-all', 'notes.rewriteRef'], {
    okExits: [0, 1],
  });
  if (/^refs\/notes\/(?:aitrail|\*)$/m.test(rewrite))
    return warn(
      `notes.rewriteRef is ${rewrite.split('\n').join(' ')}: git copies signed notes to commits that they are not of`,
      'git config --unset-all notes.rewriteRef',
    );
  const remotes = await listRemotes(repository);
  if (remotes.length === 0) return note('no remote yet; run aitrail init again once there is one');
  const missing = await findRemotesWithoutNotes(repository);
  return missing.length === 0
    ? ok(`fetched with ${remotes.map(({ name }) => name).join(', ')}`)
    : warn(`git fetch brings no notes from ${missing.join(', ')}`, 'aitrail init');
}

async function checkPending({ repository }: World): Promise<Finding> {
  const waiting = repository === null ? 0 : (await readPending(repository)).length;
  return waiting === 0
    ? ok('no commit waits for its note')
    : warn(
        `without a signed note yet: ${String(waiting)} commit${waiting === 1 ? '' : 's'}`,
        'aitrail attribute',
      );
}

async function checkState({ home }: World): Promise<Finding> {
  const found = await stat(home).catch(() => null);
  if (found === null) return note(`${home} is not there yet: the first recording makes it`);
  if (!(await canWrite(home))) return fail(`${home} cannot be written`, `chown "$USER" '${home}'`);
  return (await checkPrivacy(home)) ?? ok(home);
}

async function checkDaemon({ caller, home }: World): Promise<Finding> {
  const status = await readDaemonStatus(caller);
  const counts = `sessions: ${status.sessions}, exchanges: ${status.exchanges}`;
  if (status.running) return ok(`pid ${status.pid} at ${status.url}; ${counts}`);
  const { log } = runFiles(home);
  const hasLog = await stat(log).then(
    () => true,
    () => false,
  );
  return note(`not running: aitrail run starts it; ${counts}${hasLog ? `; log: ${log}` : ''}`);
}

async function checkRecords({ caller, home }: World): Promise<Finding> {
  if ((await stat(join(home, 'store.db')).catch(() => null)) === null)
    return note('nothing recorded yet');
  const report = await checkLog(caller);
  const size = `${report.size} entries, ${report.recordsChecked} records`;
  return report.isRepaired || report.repaired.length === 0
    ? ok(size)
    : warn(`${size}; derived files are torn: ${report.repaired.join(', ')}`, 'aitrail log verify');
}

const AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'copilot', 'aider'] as const;

async function checkAgents({ caller }: World): Promise<Finding> {
  const folders = (caller.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const found: string[] = [];
  for (const agent of AGENTS) {
    const places = await Promise.all(folders.map((folder) => canRun(join(folder, agent))));
    if (places.includes(true)) found.push(agent);
  }
  return note(
    found.length === 0
      ? 'none of the known ones is on PATH'
      : found.map((name) => `aitrail run -- ${name}`).join(', '),
  );
}

const canRun = (path: string): Promise<boolean> => can(path, constants.X_OK);
const canWrite = (path: string): Promise<boolean> => can(path, constants.W_OK);

function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
