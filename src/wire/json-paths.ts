// JSONPath (RFC 9535), the part that names places: `$`, `.name`, `['name']`, `[0]`, `*` and `..`. No filters, no slices.
import type { JsonPath } from './json-spans.ts';

interface Segment {
  /** null: any name or index. */
  readonly key: string | null;
  /** `..`: here or anywhere below. */
  readonly isDeep: boolean;
}

/** Does the value at this path, or something that it is in, stand at one of the places? */
export type MatchesPath = (path: JsonPath) => boolean;

const SEGMENT = /(\.\.?)?(?:\[(?:(\*)|(\d+)|'([^']*)'|"([^"]*)")\]|(\*)|([^.[\]*'"]+))/y;

/** @param paths as the configuration's schema lets them through. */
export function openJsonPaths(paths: readonly string[]): MatchesPath {
  const compiled = paths.map(parsePath);
  return (path) => compiled.some((segments) => isMet(segments, path, { segment: 0, key: 0 }));
}

function parsePath(text: string): readonly Segment[] {
  const segments: Segment[] = [];
  SEGMENT.lastIndex = 1; // behind the `$`
  for (let found = SEGMENT.exec(text); found !== null; found = SEGMENT.exec(text)) {
    const [, dots, anyIndex, index, single, double, anyName, name] = found;
    const isAny = anyIndex !== undefined || anyName !== undefined;
    const key = isAny ? null : (index ?? single ?? double ?? name ?? '');
    segments.push({ key, isDeep: dots === '..' });
  }
  return segments;
}

/** A prefix of the path suffices: whatever is in a masked value is masked. */
function isMet(
  segments: readonly Segment[],
  path: JsonPath,
  at: { readonly segment: number; readonly key: number },
): boolean {
  const segment = segments[at.segment];
  if (segment === undefined) return true;
  const last = segment.isDeep ? path.length - 1 : at.key;
  for (let key = at.key; key <= last && key < path.length; key += 1) {
    const isKey = segment.key === null || segment.key === String(path[key]);
    if (isKey && isMet(segments, path, { segment: at.segment + 1, key: key + 1 })) return true;
  }
  return false;
}
