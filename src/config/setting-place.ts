// Where in a file a setting was written, as errors name it. Apart from what reads files: merging what nobody wrote needs
// no YAML reader.
import { Fault } from '../model/fault.ts';
import type { SettingPlace } from '../model/policy.ts';

/** `file:line:column: why`, the form of every configuration error. */
export function invalid(place: SettingPlace, why: string): Fault {
  return new Fault('CONFIG_INVALID', `${formatPlace(place)}: ${why}`);
}

export const formatPlace = (place: SettingPlace): string =>
  `${place.file}:${String(place.line)}:${String(place.column)}`;
