// The table of commands as the build wrote it down: to list commands or to complete their names, none of them is loaded.
import { readFile } from 'node:fs/promises';
import { arrayAt, isString, parseJson, stringAt } from '../model/json.ts';
import { packagePlace } from '../model/package-place.ts';
import type { CommandFace, OptionSpec } from './command.ts';
import type { Summaries } from './complete.ts';

/** Below the package. Belongs to the code beside it: the step of the build that bundles this writes it too. */
export const FACES_FILE = 'dist/commands.json';

export interface Faces {
  readonly specs: readonly CommandFace[];
  /** Of names that have verbs of their own below them; others have none. */
  readonly summaries: Summaries;
}

export const formatFaces = ({ specs, summaries }: Faces): string =>
  JSON.stringify({ specs, summaries: [...summaries].map(([name, text]) => ({ name, text })) });

/** @param loadAll asked where nothing was built yet. */
export async function readFaces(loadAll: () => Promise<Faces>): Promise<Faces> {
  const text = await readFile(packagePlace(FACES_FILE), 'utf8').catch(() => null);
  return text === null ? loadAll() : parseFaces(text);
}

export function parseFaces(text: string): Faces {
  const written = parseJson(text);
  return {
    specs: arrayAt(written, 'specs').map(readFace),
    summaries: new Map(
      arrayAt(written, 'summaries').map((one) => [textAt(one, 'name'), textAt(one, 'text')]),
    ),
  };
}

const textAt = (value: unknown, key: string): string => stringAt(value, key) ?? '';

const readFace = (spec: unknown): CommandFace => ({
  name: textAt(spec, 'name'),
  usage: textAt(spec, 'usage'),
  summary: textAt(spec, 'summary'),
  example: textAt(spec, 'example'),
  options: arrayAt(spec, 'options').map(readOption),
  ...valuesAt(spec),
});

const readOption = (option: unknown): OptionSpec => ({
  flags: textAt(option, 'flags'),
  description: textAt(option, 'description'),
  ...valuesAt(option),
});

function valuesAt(of: unknown): { readonly values?: readonly string[] } {
  const values = arrayAt(of, 'values').filter(isString);
  return values.length === 0 ? {} : { values };
}
