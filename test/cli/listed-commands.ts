// The commands as the built program lists them.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { arrayAt, isString, stringAt } from '../../src/model/json.ts';

interface ListedCommand {
  readonly name: string;
  readonly example: string;
  readonly summary: string;
  /** Of each option, as --help shows them. */
  readonly flags: readonly string[];
}

const LISTING =
  'const { loadAll } = await import(process.argv[1]); const { specs } = await loadAll(); process.stdout.write(JSON.stringify(specs))';

export function listCommands(): readonly ListedCommand[] {
  const listed = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', LISTING, resolve('dist/cli/commands.js')],
    { encoding: 'utf8' },
  );
  return arrayAt({ specs: JSON.parse(listed.stdout) }, 'specs').map((spec) => ({
    name: stringAt(spec, 'name') ?? '',
    example: stringAt(spec, 'example') ?? '',
    summary: stringAt(spec, 'summary') ?? '',
    flags: arrayAt(spec, 'options')
      .map((option) => stringAt(option, 'flags'))
      .filter(isString),
  }));
}
