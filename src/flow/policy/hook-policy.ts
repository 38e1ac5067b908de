// The policy for a hook: compiled once, kept beside the repository with the digest of everything it was made from. Reading
// configuration afresh loads a YAML reader and a validator, which costs more than all the rest of a hook.
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { organisationFile, userConfigFile } from '../../config/places.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { findPolicyBase } from '../../git/policy-base.ts';
import { readState, statePath, writeState } from '../../git/state-file.ts';
import { arrayAt, isObject, isString, parseJson, stringAt } from '../../model/json.ts';
import type { Policy, SecretAction } from '../../model/policy.ts';
import { readVersion } from '../../model/version.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** As src/config reads them, in its order. */
const REPOSITORY_FILES = ['.aitrailrc.yaml', '.aitrailrc.json', 'package.json'] as const;
const CLOSING_HOOKS = ['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'pre-push'] as const;

/** @throws Fault CONFIG_INVALID, CONFIG_NOT_YOURS, CONFIG_UNREADABLE. */
export async function readHookPolicy(repository: Repository, objects: Objects): Promise<Policy> {
  const file = statePath(repository.gitDir, 'policy.json');
  const [sources, kept] = await Promise.all([digestSources(repository, objects), readState(file)]);
  const known = kept === null ? undefined : parseJson(kept.toString('utf8'));
  if (stringAt(known, 'sources') === sources && isObject(known) && isPolicy(known['policy']))
    return known['policy'];
  // on demand: reading YAML and checking it against the schema loads more than all else that a hook needs
  const { loadPolicy } = await import('./load-policy.ts');
  const policy = await loadPolicy(repository.caller, repository);
  // addresses of receivers may be secrets themselves, and no hook sends anything
  await writeState(
    file,
    `${JSON.stringify({ sources, policy: { ...policy, notify: [], telemetry: null } })}\n`,
  );
  await writeState(statePath(repository.commonDir, 'fail-closed'), `${closingHooks(policy)}\n`);
  return policy;
}

/** The hooks that refuse when nothing can check their rules. The shim reads this line without Node. */
function closingHooks(policy: Policy): string {
  if (policy.mode === 'observe') return '';
  const { ai, other } = policy.secrets.onCommit;
  const atCommit =
    [ai, other].some(refuses) || policy.protect.some((rule) => rule.action !== 'warn');
  const atPush =
    refuses(policy.secrets.onPush) || policy.push.some((rule) => rule.action !== 'warn');
  return CLOSING_HOOKS.filter((hook) => (hook === 'pre-push' ? atPush : atCommit)).join(' ');
}

/** A mask that cannot be made is a refusal. */
const refuses = (action: SecretAction): boolean => action === 'block' || action === 'mask';

async function digestSources(repository: Repository, objects: Objects): Promise<string> {
  const { caller, worktree } = repository;
  const base = await findPolicyBase(repository, objects);
  const onDisk = [
    resolve(caller.cwd, organisationFile(caller.env).path),
    userConfigFile(caller.env),
    ...(worktree === null ? [] : REPOSITORY_FILES.map((name) => join(worktree, name))),
  ];
  const blobs =
    base === null
      ? []
      : await Promise.all(REPOSITORY_FILES.map((name) => objects.read(`${base}:${name}`)));
  const texts = await Promise.all(onDisk.map((path) => readState(path).catch(() => UNREADABLE)));
  const hash = createHash('sha256').update(`${readVersion()}\n`);
  for (const blob of blobs) hash.update(`${blob?.oid ?? '-'}\n`);
  for (const [index, text] of texts.entries()) {
    hash.update(`${onDisk[index] ?? ''}\n${text === null ? '-' : sha256Hex(text)}\n`);
  }
  return hash.digest('hex');
}

/** Whoever loads it says what is wrong. */
const UNREADABLE = Buffer.from('\0unreadable');

/** Ours, written by this version over these sources: a look at its shape is enough. */
const isPolicy = (value: unknown): value is Policy =>
  isObject(value) &&
  isString(value['digest']) &&
  isString(value['mode']) &&
  isObject(value['secrets']) &&
  isObject(value['secrets']['onCommit']) &&
  ['protect', 'rules', 'push'].every((name) => Array.isArray(value[name])) &&
  ['notes', 'groups', 'approvals'].every((name) => isObject(value[name])) &&
  arrayAt(value, 'protect').every(isObject);
