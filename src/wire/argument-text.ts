// The text around an edit in a tool call's arguments: whether a secret is written, must match or merely runs depends on
// where in a command or patch it stands.
import type { TextSite } from '../model/wire.ts';
import { decodeString, walkJson } from './json-spans.ts';

export interface ArgumentText {
  /** One argument, decoded, as much of it as has come. */
  readonly text: string;
  /** UTF-16 units into it. */
  readonly offset: number;
  /** Nothing of it is still to come. */
  readonly isWhole: boolean;
  /** The whole call's text so far, as it came: JSON, or the one argument where arguments come as values. */
  readonly call: string;
}

type FoundText = Pick<ArgumentText, 'text' | 'offset'>;

export const isOfCall = (site: TextSite): boolean =>
  site.field === 'arguments' || site.field === 'argument' || site.field === 'freeform';

/**
 * @param text of the channel so far. @param start the edit's offset in it.
 * @returns the argument that the edit is in; null where the text is not of a call, or the place is in none of its strings.
 */
export function argumentTextAt(site: TextSite, text: string, start: number): FoundText | null {
  if (!isOfCall(site)) return null;
  return site.field === 'arguments' ? textInJson(text, start) : { text, offset: start };
}

function textInJson(json: string, at: number): FoundText | null {
  let found: FoundText | null = null;
  walkJson(json, {
    string: (_, { start, end, isKey }) => {
      if (isKey || at < start || at >= end) return;
      const offset = decodeString(json.slice(start, at)).length;
      found = { text: decodeString(json.slice(start, end)), offset };
    },
  });
  return found;
}
