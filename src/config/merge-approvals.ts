// Who may approve, and how long a request stays open.
import type { SettingPlace } from '../model/policy.ts';
import { APPROVALS_EXPIRE_MS, APPROVALS_HOLD_MS } from './defaults.ts';
import { invalid } from './setting-place.ts';
import { type Layer, notYours } from './ladder.ts';

/**
 * The organisation's groups, then those of the base revision. The working tree's wait until they are in the base: a
 * change must not name who approves it.
 *
 * @throws Fault CONFIG_INVALID for groups of a user, who would choose the approvers of everybody's rules.
 */
export function mergeGroups(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): Readonly<Record<string, readonly string[]>> {
  const merged = new Map<string, readonly string[]>();
  for (const { kind, settings, document } of layers)
    for (const [name, people] of Object.entries(settings.groups ?? {})) {
      const path = ['groups', name];
      if (kind === 'user')
        throw invalid(
          document.placeOf(path),
          'groups: the repository or the organisation names the groups, nobody for themselves',
        );
      if (kind === 'worktree' || merged.has(name)) continue;
      merged.set(name, people);
      places.set(path.join('.'), document.placeOf(path));
    }
  return Object.fromEntries(merged);
}

/** The organisation's word is the most, then the user's; a repository can only make it shorter. */
export function mergeExpire(layers: readonly Layer[], places: Map<string, SettingPlace>): number {
  let inForce = APPROVALS_EXPIRE_MS;
  let most = Infinity;
  for (const layer of layers) {
    const path = ['approvals', 'expire'];
    const word = layer.settings.approvals?.expire;
    if (word === undefined) continue;
    const givenMs = durationMs(word);
    const isRepository = layer.kind === 'base' || layer.kind === 'worktree';
    if (givenMs > (isRepository ? Math.max(inForce, APPROVALS_EXPIRE_MS) : most))
      throw notYours(layer, path, `${word} is longer than what holds`);
    if (isRepository && givenMs >= inForce) continue;
    inForce = givenMs;
    if (layer.kind === 'organisation') most = givenMs;
    places.set(path.join('.'), layer.document.placeOf(path));
  }
  return inForce;
}

/** Neither loosens nor tightens anything: the first who says it has the say. */
export function mergeHold(layers: readonly Layer[], places: Map<string, SettingPlace>): number {
  for (const { settings, document } of layers) {
    const word = settings.approvals?.hold;
    if (word === undefined) continue;
    places.set('approvals.hold', document.placeOf(['approvals', 'hold']));
    return word === 0 ? 0 : durationMs(word);
  }
  return APPROVALS_HOLD_MS;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** @param word as the schema has checked it: `90s`. */
const durationMs = (word: string): number =>
  Number(word.slice(0, -1)) * (UNITS_MS[word.slice(-1)] ?? 0);
