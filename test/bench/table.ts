// One line of text per figure.
import { growthOf, isMet, type Figure } from './row.ts';

export const HEAD = `${'what'.padEnd(46)}${'small'.padStart(12)}${'large'.padStart(12)}${'bar'.padStart(12)}\n`;

export function figureLine(figure: Figure): string {
  const { what, unit, sizes } = figure;
  const [small, large] = sizes.length > 1 ? [sizes[0], sizes.at(-1)] : [undefined, sizes[0]];
  const cell = (value: number | undefined): string =>
    (value === undefined ? '' : `${precise(value)} ${unit}`).padStart(12);
  return `    ${what.padEnd(42)}${cell(small?.value)}${cell(large?.value)}${verdictOf(figure)} ${remarkOf(figure)}\n`;
}

function verdictOf(figure: Figure): string {
  const { bar, isMoreBetter = false } = figure;
  if (bar === null) return ' '.repeat(20);
  const limit = `${isMoreBetter ? '≥' : '≤'} ${precise(bar)}`;
  return `${limit.padStart(12)}  ${(isMet(figure) === true ? 'met' : 'MISSED').padEnd(6)}`;
}

function remarkOf(figure: Figure): string {
  const growth = growthOf(figure);
  const sizes = figure.sizes.map(({ size }) => size.toLocaleString('en')).join(' → ');
  const remarks = [
    `${sizes} ${figure.of}`,
    ...(growth === null ? [] : [`grows as n^${growth.toFixed(2)}`]),
    ...(figure.note === undefined ? [] : [figure.note]),
  ];
  return remarks.join('; ');
}

const precise = (value: number): string =>
  Math.abs(value) >= 100
    ? value.toFixed(0)
    : Math.abs(value) >= 10
      ? value.toFixed(1)
      : value.toFixed(2);
