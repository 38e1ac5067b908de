// Pushes of refs that are ours, from inside a hook or beside the user's own work: without hooks, signatures, tags or
// submodules, and without a word.

export const QUIETLY = ['-c', 'core.hooksPath=/dev/null', '-c', 'push.followTags=false'] as const;

export const PLAINLY = [
  '--no-verify',
  '--no-signed',
  '--recurse-submodules=no',
  '--quiet',
] as const;
