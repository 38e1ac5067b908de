// `.env` files and environments: which of their values are secrets. Names say it, and passwords in URLs.
import { isExample, isNamePath, isPlainNumber, isReference } from './placeholders.ts';

export type NamedValue = readonly [name: string, value: string];

/** Shorter ones turn up by accident. */
const LENGTH_MIN = 8;
const SECRET_NAME =
  /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$|_(?:PASS|PWD|AUTH|PAT)$/i;
/** Made to be read by everybody: keys of browser bundles, fingerprints of those who signed a download. */
const PUBLIC_NAME = /(?:^|_)(?:PUBLIC|PUBLISHABLE|GPG)(?:_|$)/i;
const URL_PASSWORD = /^[a-z][\w+.-]*:\/\/[^\s:@/]*:([^\s@/]+)@/i;

const ENV_FILE = /^\.env(?:rc$|$|\.)/;
/** Kept in repositories to be copied and filled in. */
const PATTERN_FILE = /\.(?:example|sample|template|tpl|dist|defaults?|schema|md)$/i;

/** @param name without directories. */
export const isEnvFile = (name: string): boolean => ENV_FILE.test(name) && !PATTERN_FILE.test(name);

const LINE = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(.*)$/gm;

/** Reads `NAME=value` lines: quotes are taken off, comments too; a value over several lines gives its first. */
export function readEnvFile(text: string): readonly NamedValue[] {
  return [...text.matchAll(LINE)].map(([, name = '', raw = '']) => [name, unquote(raw.trim())]);
}

function unquote(raw: string): string {
  const quote = raw.charAt(0);
  if (quote !== '"' && quote !== "'" && quote !== '`') return raw.replace(/\s+#.*$/, '');
  const end = raw.indexOf(quote, 1);
  return end < 0 ? raw.slice(1) : raw.slice(1, end);
}

/** Is a variable's value, or the password in it, one that must not be written anywhere? */
export const isSecretVariable = (variable: NamedValue): boolean =>
  secretValues([variable]).length > 0;

/** @returns those that are secret, each once. */
export function secretValues(named: readonly NamedValue[]): readonly string[] {
  const values = named.flatMap(([name, value]) => {
    const password = URL_PASSWORD.exec(value)?.[1];
    if (password !== undefined) return [password];
    return SECRET_NAME.test(name) && !PUBLIC_NAME.test(name) ? [value] : [];
  });
  return [...new Set(values.filter(isTelling))];
}

/** Could stand for nothing but the secret wherever it turns up. */
const isTelling = (value: string): boolean =>
  value.length >= LENGTH_MIN &&
  !/^[/~]/.test(value) &&
  !isExample(value) &&
  !isReference(value) &&
  !isNamePath(value) &&
  !isPlainNumber(value);
