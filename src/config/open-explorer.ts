// cosmiconfig, told to read and never to run. Imported on demand: it takes a while to load, and most repositories have no
// file of ours.
import { basename } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { Fault } from '../model/fault.ts';
import { PACKAGE_KEY, REPOSITORY_FILES, saysSomething } from './read-places.ts';

export type Explorer = ReturnType<typeof cosmiconfig>;

/**
 * cosmiconfig() looks for options of its own in the current directory and executes what it finds there
 * (`.config/config.js`; tried), so it is called from the root directory, once; its loaders only hand on the text.
 */
export function openExplorer(): Explorer {
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
