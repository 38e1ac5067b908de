// The policy in force for a caller: the organisation's file, the user's, the base revision's and the working tree's.
import { resolve } from 'node:path';
import type { ConfigText } from '../../config/document.ts';
import type { Layer, LayerKind } from '../../config/ladder.ts';
import { type InForce, mergeLayers } from '../../config/merge-layers.ts';
import { organisationFile, userConfigFile } from '../../config/places.ts';
import {
  readNamedText,
  readRepositoryText,
  REPOSITORY_FILES,
  saysSomething,
  sourceOf,
} from '../../config/read-places.ts';
import { openObjects, type Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { findPolicyBase } from '../../git/policy-base.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { Policy } from '../../model/policy.ts';

/** @throws Fault CONFIG_INVALID, CONFIG_NOT_YOURS, CONFIG_UNREADABLE. */
export async function loadPolicy(caller: Caller, repository: Repository | null): Promise<Policy> {
  return (await explainPolicy(caller, repository)).policy;
}

/** The same, with the place where each setting was written. */
export async function explainPolicy(
  caller: Caller,
  repository: Repository | null,
): Promise<InForce> {
  const [organisation, user, base, worktree] = await Promise.all([
    readOrganisation(caller),
    readNamedText(userConfigFile(caller.env)),
    repository === null ? null : readBase(repository),
    repository?.worktree === null || repository === null
      ? null
      : readRepositoryText(repository.worktree),
  ]);
  return mergeLayers(
    await readLayers({
      organisation,
      user,
      base,
      worktree,
    }),
  );
}

/** What everybody shares: the organisation's file and the repository's at one commit. @param base full id, or null. */
export async function loadSharedPolicy(
  caller: Caller,
  objects: Objects,
  base: string | null,
): Promise<Policy> {
  const [organisation, shared] = await Promise.all([
    readOrganisation(caller),
    base === null ? null : readIn(objects, base),
  ]);
  return mergeLayers(await readLayers({ organisation, base: shared })).policy;
}

/**
 * One file by itself, whatever keys stand in it: as an organisation's.
 *
 * @throws Fault NO_SUCH_FILE, CONFIG_INVALID, CONFIG_UNREADABLE.
 */
export async function readPolicyFile(caller: Caller, file: string): Promise<Policy> {
  const text = await readNamedText(resolve(caller.cwd, file));
  if (text === null)
    throw new Fault('NO_SUCH_FILE', `${file} does not exist`, { fix: 'name a policy file' });
  return mergeLayers(await readLayers({ organisation: { ...text, file } })).policy;
}

const LAYERS = ['organisation', 'user', 'base', 'worktree'] as const satisfies LayerKind[];

/** Where there is no file, nothing that reads one is loaded. */
async function readLayers(
  texts: Partial<Readonly<Record<LayerKind, ConfigText | null>>>,
): Promise<readonly Layer[]> {
  const layers: Layer[] = [];
  for (const kind of LAYERS) {
    const text = texts[kind] ?? null;
    if (text === null) continue;
    const { readLayer } = await import('../../config/read-layer.ts');
    layers.push(readLayer(kind, text));
  }
  return layers;
}

async function readOrganisation(caller: Caller): Promise<ConfigText | null> {
  const { path, isNamed } = organisationFile(caller.env);
  const text = await readNamedText(resolve(caller.cwd, path));
  if (text === null && isNamed)
    throw new Fault('CONFIG_UNREADABLE', `${path}, which AITRAIL_POLICY names, does not exist`, {
      fix: 'correct AITRAIL_POLICY, or unset it',
    });
  return text;
}

/** The file of the base revision, so that a change which edits policy and code together is judged by the old policy. */
async function readBase(repository: Repository): Promise<ConfigText | null> {
  const objects = openObjects(repository.caller);
  try {
    const commit = await findPolicyBase(repository, objects);
    return commit === null ? null : await readIn(objects, commit);
  } finally {
    objects.close();
  }
}

async function readIn(objects: Objects, commit: string): Promise<ConfigText | null> {
  for (const name of REPOSITORY_FILES) {
    const found = await objects.read(`${commit}:${name}`);
    const text = found?.bytes.toString('utf8') ?? '';
    if (found?.type === 'blob' && saysSomething(name, text))
      return { ...sourceOf(name, text), file: `${name}@${commit.slice(0, 12)}` };
  }
  return null;
}
