// Passwords on command lines: `curl -u user:pass`, `mysql -pPASS`, `sshpass -p PASS`, `docker login -p PASS`.
import { RANK, type Candidate, type Hit } from './candidate.ts';
import { isSecretValue } from './evidence.ts';

const COMMAND_LENGTH_MAX = 300;
const QUOTE = String.raw`\\{0,8}["']?`;
/**
 * curl's `user:password`, quoted as a whole, in halves or not at all; a user with an empty password is a key. What
 * follows must have been seen, or a stream would decide otherwise than the whole text.
 */
const MARK = String.raw`\\{0,8}["']`;
const NAME = String.raw`[^\s:"'\\]`;
const USER = [
  String.raw`(?:${MARK}${NAME}{0,80}:(?=[^"'\s\\])`,
  String.raw`${MARK}${NAME}{0,80}${MARK}:(?:${MARK})?(?=[^"'\s\\])`,
  String.raw`${NAME}{1,80}:(?:${MARK})?(?=[^"'\s\\])`,
  String.raw`${MARK}(?=${NAME}{10,80}:${MARK})`,
  String.raw`(?=${NAME}{10,80}:\s))`,
].join('|');
/** Per program: what stands between its name and the password. Bounded, so that matching stays linear. */
const PROGRAMS: readonly { readonly keyword: string; readonly flag: RegExp }[] = [
  {
    keyword: 'curl ',
    flag: new RegExp(
      String.raw`[ \t](?:-[a-zA-Z]{0,4}u|--user|--proxy-user|-U)[ \t=]{0,3}${USER}`,
      'g',
    ),
  },
  { keyword: 'mysql', flag: /[ \t]-p(?=[^\s-])['"]?/g },
  { keyword: 'mariadb', flag: /[ \t]-p(?=[^\s-])['"]?/g },
  { keyword: 'sshpass', flag: new RegExp(String.raw`[ \t]-p[ \t]{0,3}${QUOTE}`, 'g') },
  {
    keyword: 'docker login',
    flag: new RegExp(String.raw`[ \t](?:-p|--password)[ \t=]{1,3}${QUOTE}`, 'g'),
  },
  {
    keyword: 'redis-cli',
    flag: new RegExp(String.raw`[ \t](?:-a|--pass)[ \t=]{1,3}${QUOTE}`, 'g'),
  },
  { keyword: 'ldapsearch', flag: new RegExp(String.raw`[ \t]-w[ \t]{1,3}${QUOTE}`, 'g') },
  { keyword: 'zip -', flag: /P[ \t]{1,3}["']?/g },
  { keyword: '7z a', flag: /[ \t]-p(?=[^\s-])["']?/g },
  { keyword: 'http ', flag: /[ \t](?:-a|--auth)[ \t=]{1,3}["']?[^\s:"']{1,64}:/g },
  {
    keyword: 'htpasswd',
    flag: /[ \t]-[A-Za-z]{0,4}b[A-Za-z]{0,4}[ \t]{1,3}[^\s-]\S{0,128}[ \t]{1,3}\S{1,64}[ \t]{1,3}["']?/g,
  },
  // .pgpass, .bundle/config, slapd.conf, routers
  { keyword: ':5432:', flag: /^.[^:\s"']{1,64}:[^:\s"']{1,64}:/g },
  { keyword: '*:*:*:', flag: /^.[^:\s"']{1,64}:/g },
  { keyword: 'bundle_', flag: /__[A-Z]{2,8}["']?[=:][ \t]?["']?[^\s:"']{1,64}:(?!\/)/g },
  { keyword: 'bindpw', flag: /^.[ \t]{1,4}/g },
  { keyword: 'enable secret', flag: /^.[ \t]{1,3}(?:\d[ \t]{1,3})?/g },
  { keyword: 'enable password', flag: /^.[ \t]{1,3}(?:\d[ \t]{1,3})?/g },
  { keyword: 'openssl', flag: /pass:/g },
  { keyword: 'smbclient', flag: /-U[ \t]{0,3}["']?[^\s%"']{1,64}%/g },
  { keyword: 'net use', flag: /\/user:\S{1,64}[ \t]/g },
  { keyword: 'snowsql', flag: /[ \t]-p[ \t]{1,3}/g },
  { keyword: 'vault login', flag: /[ \t](?:token=)?(?=[^\s=-]{16})/g },
  { keyword: 'rocommunity', flag: /^.[ \t]{1,4}/g },
  { keyword: 'rwcommunity', flag: /^.[ \t]{1,4}/g },
  { keyword: 'requirepass', flag: /^.["']?[ \t]{1,4}["']?/g },
  { keyword: 'masterauth', flag: /^.["']?[ \t]{1,4}["']?/g },
  { keyword: 'insecure-password', flag: /^.[ \t]{1,4}/g },
  { keyword: 'identified by', flag: /^.[ \t]{1,4}(?:password[ \t]{1,4})?["']/gi },
  { keyword: 'convertto-securestring', flag: /^.[ \t]{1,4}(?:-string[ \t]{1,4})?["']/gi },
  { keyword: 'networkcredential(', flag: /^.[ \t]{0,4}"[^"\n]{0,64}",[ \t]{0,4}"/g },
  { keyword: 'wget', flag: /--(?:http-|ftp-)?password[= ]["']?/g },
];

export const SHELL_KEYWORDS: readonly string[] = PROGRAMS.map((program) => program.keyword);

/** @param index of the program in SHELL_KEYWORDS. */
export function findShellPassword(hit: Hit, index: number): Candidate | null {
  const start = findPasswordStart(hit, PROGRAMS[index]?.flag);
  return start === null ? null : readPassword(hit, start, 'shell-password');
}

/** What stands there up to a blank or a quote. */
export function readPassword(hit: Hit, start: number, rule: string): Candidate | null {
  const value =
    /^[^\s"'\\]{1,256}/.exec(hit.text.slice(start, start + 260))?.[0].replace(/:$/, '') ?? '';
  if (value === '') return null;
  const end = start + value.length;
  const isOpen = end === hit.text.length;
  const isSecret = isSecretValue(value, { strength: 'password', isLiteral: true });
  if (!isOpen && !isSecret) return null;
  const rank = isSecret ? RANK.keyed : RANK.open;
  return { rule, start, end, rank, isOpen };
}

export function findPasswordStart(hit: Hit, flag: RegExp | undefined): number | null {
  const near = hit.text.slice(hit.end - 1, hit.end + COMMAND_LENGTH_MAX);
  const line = /^(?:[^\n\\]|\\[^])*/.exec(near)?.[0] ?? ''; // a backslash before a line end goes on
  if (flag === undefined) return null;
  flag.lastIndex = 0;
  return flag.test(line) ? hit.end - 1 + flag.lastIndex : null;
}
