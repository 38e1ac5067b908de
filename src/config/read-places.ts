// Finds and reads configuration files. Data only: nothing that a clone holds is ever executed.
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { Fault } from '../model/fault.ts';
import { isAbsent } from '../model/is-absent.ts';
import type { ConfigText } from './document.ts';

/** At the repository's root, in order of precedence: the first that says something counts. */
export const REPOSITORY_FILES = ['.aitrailrc.yaml', '.aitrailrc.json', 'package.json'] as const;

/** The member of package.json. */
export const PACKAGE_KEY = 'aitrail';

type Explorer = ReturnType<typeof cosmiconfig>;
let explorer: Explorer | null = null;

/**
 * The configuration file of a working tree.
 *
 * @param root absolute.
 * @returns null where there is none. @throws Fault CONFIG_UNREADABLE.
 */
export async function readRepositoryText(root: string): Promise<ConfigText | null> {
  explorer ??= openExplorer();
  const found = await explorer.search(root);
  for (const name of REPOSITORY_FILES) {
    const path = join(root, name);
    if (path === found?.filepath) return sourceOf(name, await readFile(path, 'utf8'));
    await refuseUnreadable(path); // cosmiconfig passes over what it may not read
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

/**
 * cosmiconfig() looks for options of its own in the current directory and executes what it finds there
 * (`.config/config.js`; tried), so it is called from the root directory, once; its loaders only hand on the text.
 */
function openExplorer(): Explorer {
  const before = process.cwd();
  process.chdir('/');
  try {
    return cosmiconfig('aitrail', {
      searchPlaces: [...REPOSITORY_FILES],
      searchStrategy: 'none',
      cache: false,
      loaders: {
        '.json': loadJson,
        '.yaml': loadText,
        '.yml': refuseToRun,
        '.js': refuseToRun,
        '.cjs': refuseToRun,
        '.mjs': refuseToRun,
        '.ts': refuseToRun,
        noExt: refuseToRun,
      },
    });
  } finally {
    process.chdir(before);
  }
}

const loadText = (_path: string, text: string): unknown => ({ text });

/** cosmiconfig picks our member out of package.json; a file without it is passed over. */
const loadJson = (path: string, text: string): unknown => {
  if (basename(path) !== 'package.json') return { text };
  return saysSomething('package.json', text) ? { [PACKAGE_KEY]: { text } } : {};
};

const refuseToRun = (path: string): never => {
  throw new Fault('CONFIG_UNREADABLE', `${path} would have to be executed`);
};

async function refuseUnreadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (cause) {
    if (!isAbsent(cause)) throw new Fault('CONFIG_UNREADABLE', `${path} cannot be read`, { cause });
  }
}
