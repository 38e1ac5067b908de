// How long recordings are kept.
import type { SettingPlace } from '../model/policy.ts';
import { RETENTION_DAYS } from './defaults.ts';
import { type Layer, notYours } from './ladder.ts';

const DAYS: Readonly<Record<string, number>> = { d: 1, w: 7 };

/**
 * The organisation's word is the most, then the user's; a repository can only make it shorter. What only the working tree
 * says waits until it is in the base: an agent must not clear away what it did.
 *
 * @throws Fault CONFIG_NOT_YOURS.
 */
export function mergeRetention(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): number {
  let inForce = RETENTION_DAYS;
  let most = Infinity;
  for (const layer of layers) {
    const word = layer.settings.retention;
    if (word === undefined) continue;
    const days = Number(word.slice(0, -1)) * (DAYS[word.slice(-1)] ?? 1);
    const isRepository = layer.kind === 'base' || layer.kind === 'worktree';
    if (days > (isRepository ? inForce : most))
      throw notYours(layer, ['retention'], `${word} is longer than what holds`);
    if (layer.kind === 'worktree') continue;
    inForce = days;
    most = days;
    places.set('retention', layer.document.placeOf(['retention']));
  }
  return inForce;
}
