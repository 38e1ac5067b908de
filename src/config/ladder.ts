// Settings whose values have an order, and who may move them which way: whoever comes later may tighten what stands and
// never loosen it.
import { Fault } from '../model/fault.ts';
import type { SettingPlace } from '../model/policy.ts';
import type { ConfigDocument, SettingPath } from './document.ts';
import type { Configuration } from './schema.ts';
import { formatPlace } from './setting-place.ts';

export type LayerKind = 'organisation' | 'user' | 'base' | 'worktree';

export interface Layer {
  readonly kind: LayerKind;
  readonly document: ConfigDocument;
  readonly settings: Configuration;
}

export interface Ladder<Word extends string> {
  readonly path: SettingPath;
  /** Loosest first. */
  readonly steps: readonly Word[];
  readonly standard: Word;
  readonly read: (settings: Configuration) => Word | undefined;
}

/** A later file wins where it is stricter; below an organisation's word, or a clone below the default, it is an error. */
export function pickStrictest<Word extends string>(
  layers: readonly Layer[],
  ladder: Ladder<Word>,
  places: Map<string, SettingPlace>,
): Word {
  const rank = (word: Word): number => ladder.steps.indexOf(word);
  let inForce = ladder.standard;
  let floor = -1; // what an organisation or a repository has said
  for (const layer of layers) {
    const word = ladder.read(layer.settings);
    if (word === undefined) continue;
    const isRepository = layer.kind === 'base' || layer.kind === 'worktree';
    const least = isRepository ? Math.min(rank(ladder.standard), rank(inForce)) : floor;
    if (rank(word) < least) throw notYours(layer, ladder.path, `${word} is looser than ${inForce}`);
    if (isRepository && rank(word) <= rank(inForce)) continue;
    inForce = word;
    if (layer.kind === 'organisation') floor = rank(word);
    places.set(ladder.path.join('.'), layer.document.placeOf(ladder.path));
  }
  return inForce;
}

export function notYours(layer: Layer, path: SettingPath, why: string): Fault {
  const place = formatPlace(layer.document.placeOf(path));
  return layer.kind === 'user'
    ? new Fault(
        'CONFIG_NOT_YOURS',
        `${place}: ${path.join('.')}: ${why}, which the organisation set`,
        {
          fix: 'remove the line, or ask whoever keeps the organisation file',
        },
      )
    : new Fault('CONFIG_NOT_YOURS', `${place}: ${path.join('.')}: ${why}`);
}
