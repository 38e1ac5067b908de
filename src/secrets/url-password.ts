// The password in `scheme://user:password@host`, connection strings included.
import { RANK, type Candidate, type Hit } from './candidate.ts';
import { classCount } from './entropy.ts';
import { isExample, isReference } from './placeholders.ts';

const USERINFO = /:\/\/([^\s/?#:@"'<>`\\]{0,128}):([^\s/@"'<>`\\]{3,256})@(?=[A-Za-z0-9[.\\_%-])/y;
const OPEN = /:\/\/[^\s/?#@"'<>`\\]{0,390}$/y;

export function findUrlPassword(hit: Hit): Candidate | null {
  USERINFO.lastIndex = hit.start;
  const found = USERINFO.exec(hit.text);
  if (found === null) return findOpen(hit);
  const [whole, user = '', password = ''] = found;
  if (!isPassword(user, password)) return null;
  const end = hit.start + whole.length - 1;
  return { rule: 'url-password', start: end - password.length, end, rank: RANK.url, isOpen: false };
}

function findOpen(hit: Hit): Candidate | null {
  OPEN.lastIndex = hit.start;
  if (!OPEN.test(hit.text)) return null;
  const colon = hit.text.indexOf(':', hit.end);
  if (colon < 0) return null; // no password has begun
  return {
    rule: 'url-password',
    start: colon + 1,
    end: hit.text.length,
    rank: RANK.open,
    isOpen: true,
  };
}

function isPassword(user: string, password: string): boolean {
  if (password === user || isExample(password) || isReference(password)) return false;
  if (/^[$%{<*[(]/.test(password) || /\$\{|\{\{|\}$/.test(password)) return false;
  if (/^\d{2,5}$/.test(password)) return false; // host:port
  return password.length >= 8 || classCount(password) >= 2;
}
