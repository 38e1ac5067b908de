// Where output goes: columns of the terminal, and one JSON document on standard output.
import { HIDDEN } from '../model/hidden.ts';
import type { Terminal } from './command.ts';

const COLUMNS_DEFAULT = 80;

/** Columns to fill. In a pipe nothing is cut short of what a wide terminal shows. */
export function outputColumns(out: Terminal): number {
  if (!out.isTty) return 120;
  const columns = process.stdout.columns;
  return columns > 20 ? Math.min(columns, 120) : COLUMNS_DEFAULT;
}

/** A terminal that obeys no escapes: an editor's shell, a serial line. */
export const isDumb = (): boolean => process.env['TERM'] === 'dumb';

/** Can somebody leaf through a screen here? */
export const isLeafable = (out: Terminal): boolean => out.isTty && out.isInteractive && !isDumb();

/** JSON means the same with these escaped, and a terminal that it comes out on obeys none of them. */
const escapeHidden = (json: string): string =>
  json.replaceAll(HIDDEN, (char) => {
    const units = Array.from({ length: char.length }, (_, at) => char.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });

export function printDocument(out: Terminal, document: object): void {
  out.write(`${escapeHidden(JSON.stringify(document, null, 2))}\n`);
}
