// The policy in force for a person: each setting with the place that decided it, and the rules that meet a path.
import { isAbsolute, join, relative, sep } from 'node:path';
import { findRepository } from '../../git/open-repository.ts';
import { compilePatterns } from '../../guard/path-patterns.ts';
import { normalPath } from '../../guard/repo-path.ts';
import { openStreamRules } from '../../guard/stream-rules.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { Policy, ProtectRule, SettingPlace } from '../../model/policy.ts';
import { openScanner } from '../../secrets/scanner.ts';
import { findLonelyRules, type LonelyRule } from '../approve/warn-approvers.ts';
import { explainPolicy } from './load-policy.ts';

export interface ExplainedSetting {
  /** As in a file: `secrets.onResponse`. */
  readonly name: string;
  readonly value: string;
  /** null: the default. */
  readonly place: SettingPlace | null;
}

export interface ExplainedPath {
  /** Repository-relative. */
  readonly path: string;
  /** Their `paths` are the patterns that met it. */
  readonly rules: readonly ProtectRule[];
  /** Left out when commits and pushes are scanned for secrets. */
  readonly isAllowed: boolean;
}

export interface ExplainedPolicy {
  readonly files: readonly string[];
  readonly digest: string;
  readonly mode: Policy['mode'];
  readonly settings: readonly ExplainedSetting[];
  readonly protect: readonly ProtectRule[];
  readonly paths: readonly ExplainedPath[];
  /** Rules that nobody but the caller could approve. */
  readonly lonely: readonly LonelyRule[];
}

/**
 * @param paths relative to the caller's directory, or absolute.
 * @throws Fault of the configuration; USAGE for a path outside of the repository.
 */
export async function explainPolicyFor(
  caller: Caller,
  paths: readonly string[],
): Promise<ExplainedPolicy> {
  const repository = await findRepository(caller);
  const { policy, places } = await explainPolicy(caller, repository);
  openScanner({ rules: policy.secrets.rules }); // a pattern that cannot be run is an error of the file
  openStreamRules(policy);
  const root = repository?.worktree ?? caller.cwd;
  return {
    files: policy.files,
    digest: policy.digest,
    mode: policy.mode,
    settings: settingsOf(policy).map(([name, value]) => ({
      name,
      value,
      place: places.get(name) ?? null,
    })),
    protect: policy.protect,
    lonely: repository === null ? [] : await findLonelyRules(repository, policy),
    paths: paths.map((path) => explainPath(policy, toRepositoryPath(caller, root, path))),
  };
}

function toRepositoryPath(caller: Caller, root: string, path: string): string {
  const inside = relative(root, isAbsolute(path) ? path : join(caller.cwd, path));
  const found = normalPath(inside.split(sep).join('/'));
  if (found === null || inside.startsWith('..'))
    throw new Fault('USAGE', `${path} is not in the repository`, {
      fix: `name a path below ${root}`,
    });
  return found;
}

const explainPath = (policy: Policy, path: string): ExplainedPath => ({
  path,
  rules: policy.protect
    .filter((rule) => compilePatterns(rule.paths).matches(path))
    .map((rule) => ({ ...rule, paths: matchingPatterns(rule.paths, path) })),
  isAllowed: compilePatterns(policy.secrets.allow).matches(path),
});

/** Those that the path meets by themselves. */
const matchingPatterns = (patterns: readonly string[], path: string): readonly string[] =>
  patterns.filter((pattern) => compilePatterns([pattern]).matches(path));

function settingsOf({
  connections,
  secrets,
  ...policy
}: Policy): readonly (readonly [string, string])[] {
  const { onResponse, onRequest, onCommit, onPush, toolArguments } = secrets;
  return [
    ['mode', policy.mode],
    ['secrets.onResponse', onResponse],
    ['secrets.onRequest', onRequest],
    ['secrets.onCommit.ai', onCommit.ai],
    ['secrets.onCommit.other', onCommit.other],
    ['secrets.onPush', onPush],
    ['secrets.toolArguments', toolArguments],
    ['secrets.allow', secrets.allow.join(', ') || 'nothing'],
    ['secrets.rules', secrets.rules.map(({ id }) => id).join(', ') || 'none of your own'],
    ['rules', [...policy.rules, ...policy.httpMasks].map(({ name }) => name).join(', ') || 'none'],
    ...Object.entries(policy.groups).map(
      ([name, people]) => [`groups.${name}`, people.join(', ')] as const,
    ),
    ['approvals.hold', durationText(policy.approvals.holdMs)],
    ['approvals.expire', durationText(policy.approvals.expireMs)],
    ['secrets.explain', String(secrets.isExplained)],
    ['secrets.vault', String(secrets.isVaultOn)],
    ['signing', policy.signing],
    ['sigstore.fulcio', policy.sigstore.fulcio],
    ['sigstore.rekor', policy.sigstore.rekor],
    ['sigstore.timestamp', policy.sigstore.timestamp ?? 'none: rekor is of version 1'],
    ['requireTouch', String(policy.requiresTouch)],
    ['notes.push', String(policy.notes.push)],
    ['onStoreError', policy.onStoreError],
    ...policy.notify.map(
      ({ on, url }, index) => [`notify[${index}]`, `${on.join(', ')}: ${hostOf(url)}`] as const,
    ),
    ...Object.values(connections).map(
      ({ name, protocol, upstream, isRecorded }) =>
        [
          `connections.${name}`,
          `${protocol} at ${upstream}${isRecorded ? '' : ', not recorded'}`,
        ] as const,
    ),
  ];
}

/** The rest of a webhook's address is often its only secret. */
const hostOf = (url: string): string => new URL(url).host;

const durationText = (ms: number): string => {
  const [size, unit] = UNITS.find(([each]) => ms > 0 && ms % each === 0) ?? [1000, 's'];
  return `${String(ms / size)}${unit}`;
};

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const;
