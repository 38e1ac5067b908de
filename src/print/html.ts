// Pieces of a document: text is escaped and made plain, whoever wrote it.
import { plainText } from './plain-text.ts';

/** Shown of one cell: a line of ten megabytes makes no document. */
const CELL_MAX = 400;

const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const htmlText = (text: string): string => {
  const cut = text.length > CELL_MAX ? `${text.slice(0, CELL_MAX)}…` : text;
  return plainText(cut).replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? '');
};

export interface Table {
  readonly columns: readonly string[];
  /** Text. */
  readonly rows: readonly (readonly string[])[];
  /** In place of a table without rows. */
  readonly none: string;
}

const ROWS_MAX = 1000;

export function htmlTable({ columns, rows, none }: Table): string {
  if (rows.length === 0) return `<p class="none">${htmlText(none)}</p>\n`;
  const shown = rows.slice(0, ROWS_MAX);
  const kinds = columns.map((_, at) => (shown.every((cells) => isShort(cells[at])) ? SHORT : ''));
  const head = columns.map((name) => `<th scope="col">${htmlText(name)}</th>`).join('');
  const lines = shown.map((cells) => {
    const row = cells.map((cell, at) => `<td${kinds[at] ?? ''}>${htmlText(cell)}</td>`);
    return `<tr>${row.join('')}</tr>`;
  });
  const rest = rows.length - lines.length;
  const more = rest > 0 ? `<p class="none">and ${String(rest)} more: --json has all</p>\n` : '';
  const table = `<table><thead><tr>${head}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table>`;
  // on a telephone the table scrolls, not the page; by keyboard too
  return `<div class="wide" tabindex="0">${table}</div>\n${more}`;
}

const SHORT = ' class="short"';
const WORD_MAX = 32;

/** No word of it needs to be broken. */
const isShort = (cell = ''): boolean =>
  cell.length <= CELL_MAX && cell.split(' ').every((word) => word.length <= WORD_MAX);
