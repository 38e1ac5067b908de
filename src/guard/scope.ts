// Whether a worktree is one that policy wants recorded: by its remote, however that is spelled.

/**
 * @param patterns as `scope.remotes`; null: everything is recorded.
 * @param remote as git has it; a worktree without one is in no scope that names any.
 */
export function isInScope(patterns: readonly string[] | null, remote: string | null): boolean {
  if (patterns === null) return true;
  const name = remote === null ? null : nameRemote(remote);
  return name !== null && patterns.some((pattern) => compile(pattern).test(name));
}

/** `git@host:team/app.git`, `https://me@host:443/team/app/` → `host/team/app`, lower case. */
function nameRemote(remote: string): string {
  const url = /^[a-z+]+:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/+(.*)$/i.exec(remote);
  const scp = /^(?:[^@/]*@)?([^/:]+):(?!\/\/)\/*(.*)$/.exec(remote);
  const [, host = '', path = remote] = url ?? scp ?? [];
  const trimmed = path.replace(/\/+$/, '').replace(/\.git$/, '');
  return `${host}${host === '' ? '' : '/'}${trimmed}`.toLowerCase();
}

/** `*` stays within a step, `**` does not. */
function compile(pattern: string): RegExp {
  const source = pattern
    .toLowerCase()
    .replace(/\.git$/, '')
    .replaceAll(/\*\*|\*|\?|[.+^${}()|[\]\\]/g, (mark) => MARKS[mark] ?? `\\${mark}`);
  return new RegExp(`^${source}$`);
}

const MARKS: Readonly<Record<string, string>> = { '**': '.*', '*': '[^/]*', '?': '[^/]' };
