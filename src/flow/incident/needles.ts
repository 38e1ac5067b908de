// What a value may look like where it ended up: as it is, as JSON, URLs and base64 carry it, and as its placeholders.
import type { Held } from '../../model/incident.ts';

export interface Needle {
  readonly text: string;
  readonly held: Held;
}

/** A file in a tool call in a body: each level of JSON escapes once more. */
const JSON_LEVELS = 3;

/** @param values none where only placeholders are known. @param digests ends of placeholders. */
export function needlesOf(
  values: readonly string[],
  digests: readonly string[],
): readonly Needle[] {
  const texts = values.flatMap((value) => [...inJson(value), ...inUrls(value), ...inBase64(value)]);
  return [
    ...[...new Set(texts)].map((text) => ({ text, held: 'value' as const })),
    ...digests.map((digest) => ({ text: `_${digest}`, held: 'placeholder' as const })),
  ];
}

/** What the text holds; null if nothing. */
export function heldIn(text: string, needles: readonly Needle[]): Held | null {
  const found = needles.filter((needle) => text.includes(needle.text));
  return found.length === 0 ? null : strongest(found);
}

export const heldBy = (needles: readonly Needle[], found: readonly number[]): Held =>
  strongest(needles.filter((_, index) => found.includes(index)));

const strongest = (needles: readonly Needle[]): Held =>
  needles.some(({ held }) => held === 'value') ? 'value' : 'placeholder';

function inJson(value: string): readonly string[] {
  const forms = [value];
  for (let level = 1; level <= JSON_LEVELS; level += 1)
    forms.push(JSON.stringify(forms.at(-1)).slice(1, -1));
  return forms;
}

/** Encoders differ in what they leave as it is, and in the case of the digits. */
function inUrls(value: string): readonly string[] {
  // half a surrogate pair has no bytes of its own
  const encoded = encodeURIComponent(Buffer.from(value).toString('utf8'));
  const all = encoded.replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const forms = [encoded, all].flatMap((text) => [text, text.replaceAll('%20', '+')]);
  return forms.flatMap((text) => [
    text,
    text.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

const BASE64_CHARACTERS_MIN = 12;

/** Inside a longer text its bits lie in one of three ways; the characters that also hold neighbours are left out. */
function inBase64(value: string): readonly string[] {
  return [0, 1, 2]
    .flatMap((shift) => {
      const shifted = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
      const first = Math.ceil((shift * 8) / 6);
      const bits = (shift + Buffer.byteLength(value)) * 8;
      return (['base64', 'base64url'] as const).map((alphabet) =>
        shifted.toString(alphabet).slice(first, Math.floor(bits / 6)),
      );
    })
    .filter((text) => text.length >= BASE64_CHARACTERS_MIN);
}
