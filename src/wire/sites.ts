// Text sites: making them, and finding those that no format knows about.
import { isObject } from '../model/json.ts';
import type { Field, TextSite } from '../model/wire.ts';
import type { JsonPath } from './json-spans.ts';
import { isOpaque, isSealKey } from './opaque.ts';

interface SiteFacts {
  readonly channel: string;
  readonly path: JsonPath;
  readonly field: Field;
  readonly tool?: string | null;
}

/** The next stretch of a channel. */
export const deltaSite = (facts: SiteFacts): TextSite => ({
  channel: facts.channel,
  path: facts.path,
  field: facts.field,
  piece: 'delta',
  tool: facts.tool ?? null,
  pointer: null,
});

/** A text that is complete in itself. */
export const wholeSite = (facts: SiteFacts): TextSite => ({ ...deltaSite(facts), piece: 'whole' });

/**
 * The strings of a tool call's arguments that came as JSON values rather than as text.
 *
 * @param at value and the path to it; pointers start there.
 */
export function argumentSites(
  at: { readonly value: unknown; readonly path: JsonPath },
  facts: { readonly channel: string; readonly tool: string | null },
): readonly TextSite[] {
  const sites: TextSite[] = [];
  eachString(at.value, at.path, (path, _, isKey) => {
    const pointer = path.slice(at.path.length, isKey ? -1 : undefined);
    const site = { ...facts, path: [...path], field: 'argument', piece: 'whole', pointer } as const;
    sites.push(isKey ? { ...site, isKey } : site);
  });
  return sites;
}

/** What can be a secret: names that people and protocols give are words. */
const isOddKey = (key: string): boolean =>
  key.length >= REST_CHARS_MIN && !/^[A-Za-z_$]+\d?$/.test(key);

/** Calls back for every string below, as a value or as an odd key; the path is live. */
function eachString(
  value: unknown,
  from: JsonPath,
  visit: (path: JsonPath, text: string, isKey: boolean) => void,
): void {
  const path = [...from];
  const walk = (node: unknown): void => {
    if (typeof node === 'string') visit(path, node, false);
    else if (Array.isArray(node)) {
      for (let i = 0; i < node.length; i += 1) walkAt(i, node[i]);
    } else if (isObject(node)) {
      for (const key of Object.keys(node)) {
        if (isOddKey(key)) visit([...path, key], key, true);
        walkAt(key, node[key]);
      }
    }
  };
  const walkAt = (key: string | number, node: unknown): void => {
    if (typeof node === 'number' || typeof node === 'boolean' || node === null) return;
    path.push(key);
    walk(node);
    path.pop();
  };
  walk(value);
}

/** No secret is shorter. */
const REST_CHARS_MIN = 8;

/** Strings that nobody claimed and that are not opaque: they are text that the model or the provider sent all the same. */
export function restSites(json: unknown, taken: readonly TextSite[]): readonly TextSite[] {
  const sites: TextSite[] = [];
  eachString(json, [], (path, text, isKey) => {
    if (text.length < REST_CHARS_MIN || (!isKey && isOpaque(path, text))) return;
    if (taken.some((site) => (site.isKey ?? false) === isKey && isSame(site.path, path))) return;
    const field = isBesideSeal(json, path) ? 'sealed' : 'text';
    const channel = `rest:${path.join('.')}`;
    const site = wholeSite({ channel, path: [...path], field });
    sites.push(isKey ? { ...site, isKey } : site);
  });
  return sites;
}

function isSame(a: JsonPath, b: JsonPath): boolean {
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i -= 1) if (a[i] !== b[i]) return false; // ends differ first
  return true;
}

/** An object with a signature or sealed state goes back to the provider as it is, so its text is not touched either. */
function isBesideSeal(json: unknown, path: JsonPath): boolean {
  let node = json;
  for (const key of path) {
    if (isObject(node) && Object.keys(node).some(isSealKey) && !('obfuscation' in node))
      return true;
    node = childOf(node, key);
  }
  return false;
}

/** @returns undefined where there is none. */
export function childOf(node: unknown, key: string | number): unknown {
  if (Array.isArray(node) && typeof key === 'number') return node[key];
  return isObject(node) ? node[key] : undefined;
}

/** @returns the site's text, null where there is none. */
export function textIn(
  json: unknown,
  { path, isKey }: Pick<TextSite, 'path' | 'isKey'>,
): string | null {
  return isKey === true ? String(path.at(-1) ?? '') : stringIn(json, path);
}

/** @returns the string at the path, null where there is none. */
function stringIn(json: unknown, path: JsonPath): string | null {
  let node = json;
  for (const key of path) node = childOf(node, key);
  return typeof node === 'string' ? node : null;
}
