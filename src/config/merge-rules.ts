// The rules of all files together: whoever comes later adds to what stands.
import { canonicalJson } from '../model/canonical-json.ts';
import type {
  CustomSecretRule,
  HttpMask,
  ProtectRule,
  PushRule,
  StreamRule,
} from '../model/policy.ts';
import type { Layer } from './ladder.ts';

export interface MergedRules {
  readonly protect: readonly ProtectRule[];
  readonly rules: readonly StreamRule[];
  readonly httpMasks: readonly HttpMask[];
  readonly push: readonly PushRule[];
}

export const mergeRules = (layers: readonly Layer[]): MergedRules => ({
  protect: layers.flatMap(protectRules).filter(isNew()),
  rules: layers.flatMap(streamRules).filter(isNew()),
  httpMasks: layers.flatMap(httpMasks).filter(isNew()),
  push: layers.flatMap(pushRules).filter(isNew()),
});

export const mergeSecretRules = (layers: readonly Layer[]): readonly CustomSecretRule[] =>
  layers.flatMap(secretRules).filter(isFirstOf((rule) => rule.id));

const secretRules = ({ settings, document }: Layer): readonly CustomSecretRule[] =>
  (settings.secrets?.rules ?? []).map((rule, index) => ({
    id: rule.id,
    pattern: rule.pattern,
    keywords: rule.keywords ?? [],
    place: document.placeOf(['secrets', 'rules', index, 'pattern']),
  }));

const protectRules = ({ settings, document }: Layer): readonly ProtectRule[] =>
  (settings.protect ?? []).map((rule, index) => ({
    paths: rule.paths,
    from: rule.from ?? 'any',
    ...onlyFor(rule.groups),
    action: rule.action,
    approvers: rule.approvers ?? [],
    place: document.placeOf(['protect', index]),
  }));

const streamRules = ({ settings, document }: Layer): readonly StreamRule[] =>
  (settings.rules ?? []).flatMap(({ action, ...rule }, index) =>
    action === 'mask'
      ? []
      : {
          name: rule.name,
          on: rule.on,
          match: rule.match ?? null,
          method: rule.method ?? null,
          path: rule.path ?? null,
          ...onlyFor(rule.groups),
          action,
          approvers: rule.approvers ?? [],
          place: document.placeOf(['rules', index, ...(rule.match === undefined ? [] : ['match'])]),
        },
  );

const httpMasks = ({ settings, document }: Layer): readonly HttpMask[] =>
  (settings.rules ?? []).flatMap((rule, index) =>
    rule.action === 'mask'
      ? {
          name: rule.name,
          method: rule.method ?? null,
          path: rule.path ?? null,
          paths: rule.mask ?? [],
          side: rule.side ?? null,
          place: document.placeOf(['rules', index]),
        }
      : [],
  );

const pushRules = ({ settings, document }: Layer): readonly PushRule[] =>
  (settings.push ?? []).map((rule, index) => ({
    branches: rule.branches,
    from: rule.from ?? 'any',
    action: rule.action,
    approvers: rule.approvers ?? [],
    place: document.placeOf(['push', index]),
  }));

const onlyFor = (groups: readonly string[] | undefined) => (groups === undefined ? {} : { groups });

const isNew = (): ((rule: object) => boolean) =>
  isFirstOf((rule) => canonicalJson({ ...rule, place: null }));

/** Keeps the first of those with the same key: a base rule is repeated by the working tree's copy of the file. */
function isFirstOf<Item>(key: (item: Item) => string): (item: Item) => boolean {
  const seen = new Set<string>();
  return (item) => {
    const name = key(item);
    return !seen.has(name) && seen.add(name) !== undefined;
  };
}
