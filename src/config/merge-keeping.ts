// What is recorded, how long it is kept, and whether the log says who looked at it.
import type { Policy, SettingPlace } from '../model/policy.ts';
import { RETENTION_DAYS } from './defaults.ts';
import { type Ladder, type Layer, notYours, pickStrictest } from './ladder.ts';

type Keeping = Pick<Policy, 'content' | 'scope' | 'retentionDays' | 'isAccessLogged'>;

/** @throws Fault CONFIG_NOT_YOURS. */
export const mergeKeeping = (
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): Keeping => ({
  content: pickStrictest(settledLayers(layers), CONTENT, places),
  scope: readFirst(layers, 'scope', places)?.scope?.remotes ?? null,
  retentionDays: mergeRetention(layers, places),
  isAccessLogged: readFirst(layers, 'accessLog', places)?.accessLog ?? true,
});

/** The organisation's word, else the user's: a clone that says it was refused before. */
function readFirst(
  layers: readonly Layer[],
  name: 'scope' | 'accessLog',
  places: Map<string, SettingPlace>,
): Layer['settings'] | undefined {
  const layer = layers.find(({ settings }) => settings[name] !== undefined);
  if (layer !== undefined) places.set(name, layer.document.placeOf([name]));
  return layer?.settings;
}

/** What only the working tree says waits until it is in the base: an agent must not hide what it does. */
const settledLayers = (layers: readonly Layer[]): readonly Layer[] =>
  layers.filter(({ kind }) => kind !== 'worktree');

const CONTENT: Ladder<'full' | 'metadata'> = {
  path: ['content'],
  steps: ['full', 'metadata'],
  standard: 'full',
  read: ({ content }) => content,
};

const DAYS: Readonly<Record<string, number>> = { d: 1, w: 7 };

/**
 * The organisation's word is the most, then the user's; a repository can only make it shorter. What only the working tree
 * says waits until it is in the base: an agent must not clear away what it did.
 *
 * @throws Fault CONFIG_NOT_YOURS.
 */
function mergeRetention(layers: readonly Layer[], places: Map<string, SettingPlace>): number {
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
