// Every shape of every rule: found alone, in code, after an escape; never when filled with one character.
import { describe, expect, test } from 'vitest';
import { ALL_RULES } from '../../src/secrets/rule-table.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { parseShape } from '../../src/secrets/shape.ts';
import { fillShape, fillShapeWith } from './sample.ts';

const scanner = openScanner();
const CHECKED = new Set(
  ALL_RULES.filter((rule) => rule.check !== undefined).map((rule) => rule.id),
);
const SHAPES = ALL_RULES.flatMap((rule) =>
  rule.shapes.map((shape) => ({ rule, shape, lead: rule.lead ?? 0 })),
);
/** Around a token: nothing, code, escaped JSON, prose. */
const AROUND = [
  ['', ''],
  ['client(', ')'],
  ['{\\"a\\":\\"x\\n', '\\n\\"}'],
  ['see ', ' there'],
] as const;

test('rule ids are unique, lower case and in kebab form', () => {
  const ids = ALL_RULES.map((rule) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
});

describe('hits', () => {
  test.each(SHAPES.filter(({ rule }) => !CHECKED.has(rule.id)))(
    '$rule.id $shape',
    ({ shape, lead }) => {
      // random text may by chance look like filler: three draws, most of which must be found
      const missed = Array.from({ length: 3 }, () => fillShape(shape)).filter((token) =>
        AROUND.some(([before, after]) => {
          const found = scanner.scan(before + token + after);
          return !found.some(
            (one) => one.start <= before.length + lead && one.end >= before.length + token.length,
          );
        }),
      );
      expect(missed.length).toBeLessThanOrEqual(1);
    },
  );
});

describe('misses', () => {
  test.each(SHAPES)('$rule.id $shape', ({ shape }) => {
    const isBodied = parseShape(shape).some((part) => part.kind === 'class' && part.least >= 10);
    for (const character of isBodied ? ['x', '0', 'A'] : [])
      expect(scanner.scan(fillShapeWith(shape, character))).toEqual([]);
  });
});
