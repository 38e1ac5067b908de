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
  const head = columns.map((name) => `<th scope="col">${htmlText(name)}</th>`).join('');
  const lines = rows
    .slice(0, ROWS_MAX)
    .map((cells) => `<tr>${cells.map((cell) => `<td>${htmlText(cell)}</td>`).join('')}</tr>`);
  const rest = rows.length - lines.length;
  const more = rest > 0 ? `<p class="none">and ${String(rest)} more: --json has all</p>\n` : '';
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table>\n${more}`;
}
