// aitrail init: hooks, identity, configuration file, notes that follow fetch. Run twice it changes nothing.
import { access, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { configTemplate } from '../../config/template.ts';
import { REPOSITORY_FILES } from '../../config/read-places.ts';
import { stateHome } from '../../config/places.ts';
import { type Change, readConfigBytes, readLedger, writeLedger } from '../../git/hook-ledger.ts';
import { type HookSetup, installHooks } from '../../git/hook-setup.ts';
import { bundlePath } from '../../git/hook-texts.ts';
import { addNotesRefspecs } from '../../git/notes-refspec.ts';
import { openObjects } from '../../git/objects.ts';
import { openWorktree, type Repository } from '../../git/open-repository.ts';
import { readState, statePath } from '../../git/state-file.ts';
import type { Caller } from '../../model/caller.ts';
import type { Policy } from '../../model/policy.ts';
import type { SetUpReport } from '../../model/set-up.ts';
import type { Signer } from '../../model/signing.ts';
import { readVersion } from '../../model/version.ts';
import { readHookPolicy } from '../policy/hook-policy.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { ensureIdentity } from '../attest/open-signer.ts';
import { alone } from '../alone.ts';
import { pickAgents, settleAgents } from './settle-agents.ts';

export interface InitChoices {
  /** Clients whose own settings are to lead to the proxy. */
  readonly settle?: {
    /** Names of theirs or of their commands. */
    readonly agents: readonly string[];
    /** The program's own entry. */
    readonly script: string;
    /** Are their own hooks to report what became of calls? */
    readonly reports?: boolean;
  };
  /** Asked only where notes would be pushed and no configuration file says anything yet. */
  readonly askNotesPush: () => Promise<boolean>;
}

/**
 * Sets a repository up.
 *
 * @throws Fault NOT_A_REPOSITORY, BARE_REPOSITORY, NO_IDENTITY, NO_SIGNER, CONFIG_*, USAGE; nothing is changed then.
 *   Fault SETTINGS_* of a client's own files; the repository is set up then.
 */
export async function initRepository(caller: Caller, choices: InitChoices): Promise<SetUpReport> {
  const specs = pickAgents(choices.settle?.agents ?? []);
  const repository = await openWorktree(caller);
  const policy = await loadPolicy(caller, repository);
  const { signer, isNew } = await ensureIdentity(caller, policy);
  const report = await alone(statePath(repository.commonDir, 'set-up.lock'), () =>
    setUp(repository, { policy, choices, signer, isNew }),
  );
  const { script = '', reports = false } = choices.settle ?? {};
  const place = { caller, worktree: repository.worktree, script, reports };
  return { ...report, agents: await settleAgents(place, specs) };
}

interface Found {
  readonly policy: Policy;
  readonly choices: InitChoices;
  readonly signer: Signer;
  readonly isNew: boolean;
}

async function setUp(
  repository: Repository & { readonly worktree: string },
  { policy, choices, signer, isNew }: Found,
): Promise<Omit<SetUpReport, 'agents'>> {
  const configFile = join(repository.commonDir, 'config');
  const [known, bytes, before] = await Promise.all([
    readLedger(repository),
    readConfigBytes(repository),
    readState(configFile),
  ]);
  const configuration = await writeConfiguration(repository, policy, choices);
  const setup = await installHooks(repository, {
    version: readVersion(),
    node: process.execPath,
    bundle: bundlePath(),
    state: relative('/', stateHome({ HOME: '/' })),
  });
  const refspecs = await addNotesRefspecs(repository);
  const changes = [...configuration.changes, ...setup.changes, ...refspecs];
  const after = await readState(configFile);
  await writeLedger(repository, mergeChanges(known, changes), nextBytes(bytes, before, after));
  const inForce = await compilePolicy(repository);
  const { kind, principal, publicKey, place } = signer;
  return {
    worktree: repository.worktree,
    hooks: hookReport(setup),
    identity: { kind, principal, publicKey, place, isNew },
    configuration: { path: configuration.path, isNew: configuration.changes.length > 0 },
    remotes: refspecs.flatMap((change) =>
      change.kind === 'config' ? [change.name.slice('remote.'.length, -'.fetch'.length)] : [],
    ),
    isNotesPushed: inForce.notes.push,
  };
}

function hookReport({ place, dir, chained, foreign, changes }: HookSetup): SetUpReport['hooks'] {
  return { dir, kind: place.kind, isChanged: changes.length > 0, chained, foreign };
}

/** An existing file stays as it is, whatever it says. */
async function writeConfiguration(
  repository: Repository & { readonly worktree: string },
  policy: Policy,
  choices: InitChoices,
): Promise<{ readonly path: string; readonly changes: readonly Change[] }> {
  for (const name of REPOSITORY_FILES) {
    const isThere = await access(join(repository.worktree, name)).then(
      () => true,
      () => false,
    );
    if (isThere && (name !== 'package.json' || policy.files.includes(name)))
      return { path: name, changes: [] };
  }
  const [name] = REPOSITORY_FILES;
  const isPushed = !policy.notes.push || (await choices.askNotesPush());
  const template = configTemplate();
  const text = isPushed
    ? template
    : template.replace(/^# (notes:)\n# {3}push: true.*$/m, '$1\n  push: false');
  const path = join(repository.worktree, name);
  await writeFile(path, text, { flag: 'wx' });
  return { path: name, changes: [{ kind: 'file', path, text }] };
}

/** So that the first commit finds its policy ready, and the shim knows when it must refuse. */
async function compilePolicy(repository: Repository): Promise<Policy> {
  const objects = openObjects(repository.caller);
  try {
    return await readHookPolicy(repository, objects);
  } finally {
    objects.close();
  }
}

/** A change that is made again stays where it stood. */
function mergeChanges(known: readonly Change[], changes: readonly Change[]): readonly Change[] {
  const all = new Map([...known, ...changes].map((change) => [JSON.stringify(change), change]));
  return [...all.values()];
}

/** What git's configuration file was before the first init, as long as only we have changed it since. */
function nextBytes(
  known: { readonly before: string; readonly after: string } | null,
  before: Buffer | null,
  after: Buffer | null,
): { readonly before: string; readonly after: string } | null {
  if (before === null || after === null) return null;
  const now = after.toString('latin1');
  if (known === null) return { before: before.toString('latin1'), after: now };
  return known.after === before.toString('latin1') ? { before: known.before, after: now } : null;
}
