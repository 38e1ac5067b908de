import { expect, test } from 'vitest';
import { backOffMs } from '../../../src/flow/reporting/keep-reporting.ts';

test.each([
  ['the first failure', 1, 0, 15_000],
  ['the first, unlucky', 1, 1, 20_000],
  ['the third', 3, 1, 80_000],
  ['the fifth: never over five minutes', 5, 1, 300_000],
  ['the thousandth', 1000, 0, 225_000],
])('backOffMs: %s', (...[, failures, chance, wantMs]) =>
  expect(backOffMs(failures, chance)).toBe(wantMs),
);
