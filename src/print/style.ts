// Colour where the terminal has it, nothing elsewhere.

export interface Style {
  readonly bold: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly person: (text: string) => string;
  readonly agent: (text: string) => string;
}

const ESCAPE = '\u001B[';

export function pickStyle(isColour: boolean): Style {
  const paint =
    (open: number, close: number) =>
    (text: string): string =>
      isColour && text !== '' ? `${ESCAPE}${open}m${text}${ESCAPE}${close}m` : text;
  return {
    bold: paint(1, 22),
    faint: paint(2, 22),
    added: paint(32, 39),
    removed: paint(31, 39),
    warning: paint(33, 39),
    person: paint(36, 39),
    agent: paint(35, 39),
  };
}
