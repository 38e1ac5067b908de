// `notify:`: where news go. The organisation's and the user's alone, and both hold.
import type { CredentialSource, NotifyTarget, SettingPlace } from '../model/policy.ts';
import { type Layer, notYours } from './ladder.ts';
import type { Configuration } from './schema.ts';

/** @throws Fault CONFIG_NOT_YOURS for a clone that names one. */
export function mergeNotify(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): readonly NotifyTarget[] {
  const targets = layers.flatMap((layer) => {
    const { notify } = layer.settings;
    if (notify === undefined) return [];
    if (layer.kind === 'base' || layer.kind === 'worktree')
      throw notYours(layer, ['notify'], 'a clone cannot say where news of your work go');
    return notify.map((one, index) => ({
      on: [...new Set(one.on)],
      url: one.url,
      secret: secretOf(one.secret),
      place: layer.document.placeOf(['notify', index]),
    }));
  });
  for (const [index, { place }] of targets.entries()) places.set(`notify[${index}]`, place);
  return targets;
}

type Given = NonNullable<NonNullable<Configuration['connections']>[string]['credential']>;

export function secretOf(given: Given): CredentialSource {
  if (given === 'keyring') return { kind: 'keyring' };
  if ('env' in given) return { kind: 'env', name: given.env };
  if ('file' in given) return { kind: 'file', path: given.file };
  return { kind: 'command', command: given.command };
}
