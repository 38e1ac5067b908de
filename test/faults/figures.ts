// One table for the whole run: what was measured, a line each.
const WIDTH = 44;

export const figure = (name: string, value: string): void =>
  void process.stdout.write(`    ${name.padEnd(WIDTH)} ${value}\n`);
