// What a client's own settings files say: some of them win over the environment that `aitrail run` sets.
import type { ConnectTarget } from './agent-spec.ts';

interface Found {
  readonly file: string;
  readonly value: string;
}

/**
 * Finds a member by its name, wherever it stands: these files may hold comments, so they are not parsed as JSON.
 *
 * @param files absolute paths, the strongest first; those that are not there are passed over.
 * @returns the strongest file's value; null where no file has one.
 */
export function findSetting(
  target: Pick<ConnectTarget, 'read'>,
  files: readonly string[],
  name: string,
): Found | null {
  // a person's comment may mention the name too: `// "name": …`
  const member = new RegExp(
    String.raw`^(?!\s*(?://|#)).*?"?\b${name}"?\s*[:=]\s*"([^"\\\n]*)"`,
    'm',
  );
  for (const file of files) {
    const value = member.exec(target.read(file) ?? '')?.[1];
    if (value !== undefined) return { file, value };
  }
  return null;
}

/** Host and port of a URL, without user, password, path or query: those may hold a secret. */
export const hostOf = (url: string): string =>
  URL.canParse(url) ? new URL(url).host : 'not a URL';

/** Does it lead to this daemon already, by settings that `init --agent` wrote? */
export const isOurs = (target: Pick<ConnectTarget, 'baseUrl'>, url: string): boolean =>
  URL.canParse(url) && new URL(url).host === new URL(target.baseUrl('any')).host;
