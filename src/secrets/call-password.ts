// Passwords that programs and functions take by their place: behind a user's name, or behind what they sign.
import type { Candidate, Hit } from './candidate.ts';
import { findPasswordStart, readPassword } from './shell-password.ts';

const QUOTED = String.raw`[ \t]{0,4}["'][^"'\n]{1,80}["'][ \t]{0,4},[ \t]{0,4}`;
const ANY = String.raw`[^,\n]{1,160},`;
/** Per function: what stands between its name and the password. Bounded, so that matching stays linear. */
const CALLS: readonly { readonly keyword: string; readonly before: RegExp }[] = [
  { keyword: '.login(', before: new RegExp(String.raw`^.${QUOTED}["']`, 'g') },
  { keyword: 'credentials(', before: new RegExp(String.raw`^.${QUOTED}["']`, 'g') },
  { keyword: 'createhmac(', before: new RegExp(String.raw`^.${QUOTED}["']`, 'g') },
  { keyword: 'jwt.sign(', before: /^.[^"'\n]{0,160}?,[ \t]{0,4}["']/g },
  { keyword: 'jwt.verify(', before: /^.[^"'\n]{0,160}?,[ \t]{0,4}["']/g },
  { keyword: 'jwt.encode(', before: /^.[^"'\n]{0,160}?,[ \t]{0,4}["']/g },
  { keyword: 'getconnection(', before: new RegExp(String.raw`^.${ANY}${QUOTED}["']`, 'g') },
  { keyword: 'mysqli_connect(', before: new RegExp(String.raw`^.${ANY}${QUOTED}["']`, 'g') },
  { keyword: 'new mysqli(', before: new RegExp(String.raw`^.${ANY}${QUOTED}["']`, 'g') },
  { keyword: 'new pdo(', before: new RegExp(String.raw`^.${ANY}${QUOTED}["']`, 'g') },
];

export const CALL_KEYWORDS: readonly string[] = CALLS.map((call) => call.keyword);

/** @param index of the function in CALL_KEYWORDS. */
export function findCallPassword(hit: Hit, index: number): Candidate | null {
  const start = findPasswordStart(hit, CALLS[index]?.before);
  return start === null ? null : readPassword(hit, start, 'password');
}

/** `-p` is a port, a path, a project; behind a user's name, or a login, it is a password. */
export const FLAG_KEYWORD = ' -p ';
const LINE_LENGTH_MAX = 300;
const NAMES_USER = /(?:^|[ \t])(?:-[uU]|--user(?:name)?|login)[ \t=]{1,3}\S/;
const PORTS = /^[\d.:[\]]+(?:\/\w{1,4})?$/;

export function findFlagPassword(hit: Hit): Candidate | null {
  const before = hit.text.slice(Math.max(0, hit.start - LINE_LENGTH_MAX), hit.start);
  if (!NAMES_USER.test(before.slice(before.lastIndexOf('\n') + 1))) return null;
  const quote = /["']/.test(hit.text.charAt(hit.end)) ? 1 : 0;
  const found = readPassword(hit, hit.end + quote, 'shell-password');
  return found === null || PORTS.test(hit.text.slice(found.start, found.end)) ? null : found;
}
