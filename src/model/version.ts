// The program's own version, read from package.json so that it is written in one place.
import { readFileSync } from 'node:fs';
import { parseJson, stringAt } from './json.ts';

/** @returns semver text; `0.0.0` where package.json cannot be read. */
export function readVersion(): string {
  // src/model and dist/model lie at the same depth
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return stringAt(parseJson(text), 'version') ?? '0.0.0';
}
