// The text of everything that init puts where git looks for hooks: the shims of the package's hooks/ folder with this
// installation's places filled in, and the one line that goes into files which a team shares.
import { readFile } from 'node:fs/promises';
import { packagePlace } from '../model/package-place.ts';

/** Hooks that a shared folder may hold and that are only handed on; those that run on every ref update cost time. */
export const FOREIGN_HOOKS = [
  'applypatch-msg',
  'prepare-commit-msg',
  'commit-msg',
  'pre-rebase',
  'post-checkout',
  'pre-auto-gc',
  'sendemail-validate',
] as const;

export interface Installation {
  readonly version: string;
  /** Absolute path of the Node that runs. */
  readonly node: string;
  /** Absolute. */
  readonly bundle: string;
  /** The default state directory below HOME. */
  readonly state: string;
  /** Folder of hooks to run as well, absolute; '' where they stand beside ours under another name. */
  readonly earlier: string;
}

export const bundlePath = (): string => packagePlace('dist/hooks/bundle.js');

/** What ours begin with: how they are told from other people's. */
const SIGN = '# Put here by `aitrail init`';

export const readShim = (hook: string): Promise<string> =>
  readFile(packagePlace(`hooks/${hook}`), 'utf8');

export const isShim = (text: string): boolean => text.split('\n')[1]?.startsWith(SIGN) === true;

/** Hands a hook that is none of ours on to the folder that git would have taken it from. */
export function passOnShim(hook: string, earlier: string): string {
  const target = shellQuote(`${earlier}/${hook}`);
  return `#!/bin/sh
${SIGN}: only hands on to the folder that core.hooksPath names for all repositories.
[ -x ${target} ] || exit 0
exec ${target} "$@"
`;
}

/** `run.sh` of the repository's .git/aitrail. */
export async function readRunner(installation: Installation): Promise<string> {
  const { version, node, bundle, state, earlier } = installation;
  const settings = { version, node, bundle, state, earlier };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${shellQuote(value)}\n`);
  return `${lines.join('')}${await readFile(packagePlace('hooks/run.sh'), 'utf8')}`;
}

const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** For tracked files: works in every clone, with or without aitrail. */
export const sharedLine = (hook: string): string =>
  `command -v aitrail >/dev/null || exit 0; aitrail hook ${hook} "$@"\n`;

/** The same in front of other commands, which still run and still get the standard input. */
export function sharedBlock(hook: string): string {
  const call = `aitrail hook ${hook} "$@"`;
  if (hook !== 'pre-push' && hook !== 'post-rewrite')
    return `if command -v aitrail >/dev/null; then ${call} || exit; fi\n`;
  return `if command -v aitrail >/dev/null; then
  aitrail_refs=$(cat)
  printf '%s\\n' "$aitrail_refs" | ${call} || exit
  exec <<AITRAIL_REFS
$aitrail_refs
AITRAIL_REFS
fi
`;
}
