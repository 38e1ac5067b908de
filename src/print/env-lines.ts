// Variables in the words of a shell. Values are quoted so that no shell reads anything into them.

export type ShellName = 'sh' | 'fish' | 'powershell' | 'github' | 'json';

export const SHELL_NAMES: readonly ShellName[] = ['sh', 'fish', 'powershell', 'github', 'json'];

/** @returns text for `eval`, or for the file that $GITHUB_ENV names. */
export function envLines(shell: ShellName, variables: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(variables);
  switch (shell) {
    case 'sh':
      return pairs.map(([name, value]) => `export ${name}=${quote(value)}\n`).join('');
    case 'fish':
      return pairs.map(([name, value]) => `set -gx ${name} ${quoteFish(value)}\n`).join('');
    case 'powershell':
      return pairs
        .map(([name, value]) => `$env:${name} = '${value.replaceAll("'", "''")}'\n`)
        .join('');
    case 'github':
      return pairs.map(([name, value]) => `${name}=${value}\n`).join('');
    case 'json':
      return `${JSON.stringify(variables, null, 2)}\n`;
  }
}

const quote = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;

const quoteFish = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
