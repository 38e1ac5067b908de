// Where output goes: columns of the terminal, and one JSON document on standard output.
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

export function printDocument(out: Terminal, document: object): void {
  out.write(`${JSON.stringify(document, null, 2)}\n`);
}
