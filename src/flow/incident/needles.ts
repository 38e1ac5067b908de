// What a value may look like where it ended up: as it is, as JSON, URLs and base64 carry it, and as its placeholders.
import type { Held } from '../../model/incident.ts';

export interface Needle {
  readonly bytes: Buffer;
  readonly held: Held;
}

/** @param values none where only placeholders are known. */
export function needlesOf(
  values: readonly string[],
  placeholders: readonly string[],
): readonly Needle[] {
  const texts = values.flatMap((value) => [
    value,
    inJson(value),
    encodeURIComponent(value),
    ...inBase64(value),
  ]);
  return [
    ...[...new Set(texts)].map((text) => ({ bytes: Buffer.from(text), held: 'value' as const })),
    ...placeholders.map((text) => ({ bytes: Buffer.from(text), held: 'placeholder' as const })),
  ];
}

export const heldBy = (needles: readonly Needle[], found: readonly number[]): Held =>
  found.some((index) => needles[index]?.held === 'value') ? 'value' : 'placeholder';

const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);

const BASE64_CHARACTERS_MIN = 12;

/** Inside a longer text its bits lie in one of three ways; the characters that also hold neighbours are left out. */
function inBase64(value: string): readonly string[] {
  return [0, 1, 2]
    .map((shift) => {
      const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]).toString('base64');
      const first = Math.ceil((shift * 8) / 6);
      const bits = (shift + Buffer.byteLength(value)) * 8;
      return text.slice(first, Math.floor(bits / 6));
    })
    .filter((text) => text.length >= BASE64_CHARACTERS_MIN);
}
