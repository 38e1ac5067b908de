// Finds and reads configuration files. Data only: nothing that a clone holds is ever executed.
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../model/fault.ts';
import { isAbsent } from '../model/is-absent.ts';
import type { ConfigText } from './document.ts';
import type { Explorer } from './open-explorer.ts';

/** At the repository's root, in order of precedence: the first that says something counts. */
export const REPOSITORY_FILES = ['.aitrailrc.yaml', '.aitrailrc.json', 'package.json'] as const;

/** The member of package.json. */
export const PACKAGE_KEY = 'aitrail';

let explorer: Explorer | null = null;

/**
 * The configuration file of a working tree.
 *
 * @param root absolute.
 * @returns null where there is none. @throws Fault CONFIG_UNREADABLE.
 */
export async function readRepositoryText(root: string): Promise<ConfigText | null> {
  if (!(await isAnyThere(root))) return null; // cosmiconfig takes a while to load
  const { openExplorer } = await import('./open-explorer.ts');
  explorer ??= openExplorer();
  const found = await explorer.search(root);
  for (const name of REPOSITORY_FILES) {
    const path = join(root, name);
    if (path === found?.filepath) return sourceOf(name, await readFile(path, 'utf8'));
    await isThere(path);
  }
  return null;
}

/** One named file. @returns null where it is absent. @throws Fault CONFIG_UNREADABLE. */
export async function readNamedText(path: string): Promise<ConfigText | null> {
  try {
    return { file: path, text: await readFile(path, 'utf8'), key: null };
  } catch (cause) {
    if (isAbsent(cause)) return null;
    throw new Fault('CONFIG_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

/** The same for a text that comes out of a revision. */
export const sourceOf = (name: string, text: string): ConfigText => ({
  file: name,
  text,
  key: name === 'package.json' ? PACKAGE_KEY : null,
});

/** Does this package.json hold our key? Others in the list count when they exist. */
export function saysSomething(name: string, text: string): boolean {
  if (name !== 'package.json') return text.trim() !== '';
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && PACKAGE_KEY in value;
  } catch {
    return false; // npm's to report
  }
}

async function isAnyThere(root: string): Promise<boolean> {
  for (const name of REPOSITORY_FILES) if (await isThere(join(root, name))) return true;
  return false;
}

/** @throws Fault CONFIG_UNREADABLE: cosmiconfig passes over what it may not read. */
async function isThere(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return true;
  } catch (cause) {
    if (isAbsent(cause)) return false;
    throw new Fault('CONFIG_UNREADABLE', `${path} cannot be read`, { cause });
  }
}
