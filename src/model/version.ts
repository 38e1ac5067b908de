// The program's own version, read from package.json so that it is written in one place.
import { readFileSync } from 'node:fs';
import { parseJson, stringAt } from './json.ts';
import { packagePlace } from './package-place.ts';

/** @returns semver text; `0.0.0` where package.json cannot be read. */
export function readVersion(): string {
  const text = readFileSync(packagePlace('package.json'), 'utf8');
  return stringAt(parseJson(text), 'version') ?? '0.0.0';
}

/** `1.2.3`, and `1.2` for `1.2.0`. */
export const VERSION = /^\d{1,6}\.\d{1,6}(?:\.\d{1,6})?$/;

/** Compares numbers; what follows them (`-rc.1`) does not count. */
export function isOlder(version: string, wanted: string): boolean {
  const [one, other] = [version, wanted].map((text) =>
    text.split(/[-+]/, 1).flatMap((core) => core.split('.').map(Number)),
  );
  for (let at = 0; at < 3; at += 1) {
    const step = (one?.[at] ?? 0) - (other?.[at] ?? 0);
    if (step !== 0) return step < 0;
  }
  return false;
}
