// Every text stands out from every ground that it stands on (WCAG 2, AA: 4.5 to 1), in light and in dark.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const STYLE = readFileSync('src/web/style/tokens.css', 'utf8');

/** Values of one block of custom properties. */
function tokens(block: string): ReadonlyMap<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

const light = tokens(/^:root \{([^}]*)\}/m.exec(STYLE)?.[1] ?? '');
const dark = tokens(/^:root\[data-theme='dark'\] \{([^}]*)\}/m.exec(STYLE)?.[1] ?? '');
const system = tokens(
  /@media \(prefers-color-scheme: dark\) \{[^{]*\{([^}]*)\}/.exec(STYLE)?.[1] ?? '',
);

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ['paper', 'panel', 'sunk', 'accent-soft'];
const PAIRS: readonly (readonly [text: string, grounds: readonly string[]])[] = [
  ['ink', [...GROUNDS, 'good-soft', 'bad-soft', 'warn-soft']],
  ['soft', GROUNDS],
  ['accent', GROUNDS],
  ['good', ['paper', 'panel', 'sunk', 'good-soft']],
  ['bad', ['paper', 'panel', 'sunk', 'bad-soft']],
  ['warn', ['paper', 'panel', 'sunk', 'warn-soft', 'good-soft']],
  ['paper', ['good']],
];

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, colours) => {
  test.each(PAIRS.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s on %s',
    (text, ground) => {
      const ratio = contrast(colours.get(text) ?? '#000000', colours.get(ground) ?? '#000000');
      expect(ratio).toBeGreaterThanOrEqual(4.5);
    },
  );
  test('marks of agents can be made out', () => {
    for (let tone = 1; tone <= 8; tone += 1)
      expect(
        contrast(colours.get(`tone-${String(tone)}`) ?? '', colours.get('paper') ?? ''),
      ).toBeGreaterThan(3);
  });
});

test('dark is the same, whether the system or the reader wants it', () =>
  expect([...system]).toEqual([...dark]));
