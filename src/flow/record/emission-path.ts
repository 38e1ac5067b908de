// Which file an emission speaks of.
import type { Edit, Emission } from '../../model/edit.ts';

/** One name may be written with composed or decomposed letters. */
export const spellings = (paths: readonly string[]): readonly string[] => [
  ...new Set(paths.flatMap((path) => [path, path.normalize('NFC'), path.normalize('NFD')])),
];

/** By its resolved path, else by what the agent called it: an agent in a container sees other roots. */
export function isAbout(emission: Emission, path: string): boolean {
  if (emission.edit.kind === 'snippet') return false;
  if (emission.path !== null) return emission.path.normalize('NFC') === path.normalize('NFC');
  const said = saidPath(emission.edit);
  return said !== null && said.endsWith(`/${path}`);
}

const saidPath = (edit: Edit): string | null =>
  'path' in edit && edit.path !== null ? `/${edit.path.replaceAll('\\', '/')}` : null;
