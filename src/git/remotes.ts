// Remotes and their configuration, for the verbs that set a repository up and look after it. Through simple-git: none of
// these runs inside a hook, where its 100 ms of loading would be felt.
import { simpleGit, type SimpleGit } from 'simple-git';
import { isString } from '../model/json.ts';
import type { Repository } from './open-repository.ts';

export interface Remote {
  readonly name: string;
  /** Refspecs that a plain `git fetch` follows; none where the remote is only pushed to. */
  readonly fetchSpecs: readonly string[];
}

/** What configuration is read through. Editors, pagers and askpass programs are nothing that a look at it needs. */
const VARIABLES =
  /^(?:HOME|PATH|USERPROFILE|XDG_CONFIG_HOME|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM))$/;

export async function listRemotes(repository: Repository): Promise<readonly Remote[]> {
  const git = open(repository);
  const { all } = await git.listConfig();
  const remotes = await git.getRemotes();
  return remotes.map(({ name }) => ({ name, fetchSpecs: texts(all[`remote.${name}.fetch`]) }));
}

/** Adds one more value to the repository's own configuration. */
export async function addSetting(
  repository: Repository,
  name: string,
  value: string,
): Promise<void> {
  await open(repository).addConfig(name, value, true, 'local');
}

function open({ caller, worktree, gitDir }: Repository): SimpleGit {
  const env = Object.entries(caller.env).filter(([name]) => VARIABLES.test(name));
  return simpleGit({
    baseDir: worktree ?? gitDir,
    unsafe: { allowUnsafeConfigPaths: true },
    allowEnvironment: ['GIT_CONFIG_NOSYSTEM'],
  }).env(Object.fromEntries(env));
}

const texts = (value: string | string[] | undefined): readonly string[] =>
  isString(value) ? [value] : (value ?? []);
