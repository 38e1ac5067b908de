// Installs the hooks wherever this repository takes them from, and takes them out again. Always as files: hooks of git's
// configuration (2.54) run under that git alone, and one repository meets several, an editor's or a client's own beside the
// shell's. Where others have theirs there, git runs them first, so that ours see what they changed.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { HOOK_NAMES } from '../model/hook.ts';
import type { Change } from './hook-ledger.ts';
import {
  FOREIGN_HOOKS,
  type Installation,
  passOnShim,
  readRunner,
  readShim,
} from './hook-texts.ts';
import { findHooksPlace, type HooksPlace, huskyFolder } from './hooks-place.ts';
import { installShared } from './install-shared.ts';
import { installShims } from './install-shims.ts';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';
import { readState, statePath, writeState } from './state-file.ts';

export interface HookSetup {
  readonly place: HooksPlace;
  /** Where our files are now. */
  readonly dir: string;
  readonly changes: readonly Change[];
  /** Hooks that were there before and run as well. */
  readonly chained: readonly string[];
  /** Hooks in a language that we cannot add a line to. */
  readonly foreign: readonly string[];
}

type Setting = Omit<Installation, 'earlier'>;

export async function installHooks(
  repository: Repository,
  installation: Setting,
): Promise<HookSetup> {
  const place = await findHooksPlace(repository);
  const ownDir = statePath(repository.commonDir, 'hooks');
  switch (place.kind) {
    case 'own': {
      const earlier = place.dir === ownDir ? await readEarlier(repository) : '';
      await writeRunner(repository, { ...installation, earlier });
      const texts = await shimTexts(earlier);
      return {
        place,
        dir: place.dir,
        foreign: [],
        ...(await installShims({ dir: place.dir, texts })),
      };
    }
    case 'elsewhere': {
      await writeRunner(repository, { ...installation, earlier: place.dir });
      const texts = await shimTexts(place.dir);
      const { changes } = await installShims({ dir: ownDir, texts });
      const config: Change = { kind: 'config', name: 'core.hooksPath', value: ownDir };
      await runGit(repository.caller, ['config', '--local', config.name, config.value]);
      return { place, dir: ownDir, foreign: [], chained: [], changes: [...changes, config] };
    }
    case 'husky':
    case 'shared': {
      const dir = place.kind === 'husky' ? huskyFolder(place) : place.dir;
      await writeRunner(repository, { ...installation, earlier: '' });
      await mkdir(dir, { recursive: true });
      return { place, dir, chained: [], ...(await installShared({ dir, hooks: HOOK_NAMES })) };
    }
  }
}

/** Our own folder takes the place of all the hooks of the other one. */
async function shimTexts(earlier: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const hook of HOOK_NAMES) texts.set(hook, await readShim(hook));
  if (earlier === '') return texts;
  for (const hook of FOREIGN_HOOKS) texts.set(hook, passOnShim(hook, earlier));
  return texts;
}

async function writeRunner(repository: Repository, installation: Installation): Promise<void> {
  const path = statePath(repository.commonDir, RUNNER);
  const text = await readRunner(installation);
  if ((await readState(path))?.toString('utf8') !== text) await writeState(path, text, 0o644);
}

const RUNNER = 'run.sh';

/** The folder that the hooks of an earlier init hand on to. */
async function readEarlier(repository: Repository): Promise<string> {
  const text = await readFile(statePath(repository.commonDir, RUNNER), 'utf8').catch(() => '');
  return /^earlier='(.*)'$/m.exec(text)?.[1]?.replaceAll(`'\\''`, "'") ?? '';
}

/** Removes what lies below `.git/aitrail` of the repository and of each of its linked worktrees. */
export async function removeHookState(
  repository: Repository,
  gitDirs: readonly string[],
): Promise<void> {
  for (const gitDir of new Set([repository.commonDir, ...gitDirs]))
    await rm(join(gitDir, 'aitrail') + sep, { recursive: true, force: true });
}
