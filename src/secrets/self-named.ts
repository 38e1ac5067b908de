// Tokens that say themselves that they are secret: `acme_live_…`, `x-pat-…`, `vendor_secret_…`. Of a provider that nobody
// has written a rule for the prefix is all there is to go by, so what follows must be beyond doubt.
import { RANK, type Candidate, type Hit } from './candidate.ts';
import { classCount, entropyBar, entropyBits, longestRun } from './entropy.ts';
import type { Run } from './encoded.ts';
import { judgeKey } from './key-name.ts';
import { isExample } from './placeholders.ts';
import { turnCount, wordScore } from './word-score.ts';

const WORDS = [
  'secret',
  'token',
  'apikey',
  'api_key',
  'api-key',
  'key',
  'pat',
  'sk',
  'live',
] as const;
/** Words that end a prefix. */
export const SELF_KEYWORDS: readonly string[] = WORDS.flatMap((word) => [`${word}_`, `${word}-`]);

const PREFIX_LENGTH_MAX = 24;
const PREFIXED_LENGTH_MAX = 540;
/** Identifiers of keys have up to 24. */
const BODY_LENGTH_MIN = 28;
const HEX_LENGTH_MIN = 32;
const BODY = /[A-Za-z0-9]{28,512}(?![A-Za-z0-9])/y;
/** What random letters and digits stay below, and names do not. */
const WORDY = 3.7;
/** Prefixes of keys that are meant to be seen, and of what only has an address. */
const SEEN =
  /^(?:pk|pub|public|publishable|anon|client|ids?|ref|cache|hash|sha\d{0,3}|md5|test|phc|msg|toolu|tooluse|srvtoolu|call|chatcmpl|cmpl|resp|req|rs|fc|run|thread|step|batch|file|org|user|proj|project|asst|evt|cus|sub|price|prod|acct|ch|cs|seti|pi|in|chunk|index|app|img|css|js|v\d)$/;

export function findSelfNamed(hit: Hit): Candidate | null {
  const { text } = hit;
  BODY.lastIndex = hit.end;
  const body = BODY.exec(text)?.[0];
  if (body === undefined) return null;
  const start = startOfPrefix(text, hit.start);
  if (start === null || !isTelling(text.slice(start, hit.end - 1)) || !isDrawn(body)) return null;
  const end = hit.end + body.length;
  const isOpen = end === text.length;
  return /[-_.]/.test(text.charAt(end)) && /[A-Za-z0-9]/.test(text.charAt(end + 1))
    ? null // the name of something, numbered
    : { rule: 'generic-secret', start, end, rank: RANK.keyed, isOpen };
}

const PREFIXED_LENGTH_MIN = 36;
const PREFIXED = /^([a-z][a-z0-9]{1,9}(?:[-_][a-z0-9]{1,8}){0,2})[-_]([A-Za-z0-9]{32,512})$/;

/**
 * Finds a token whose prefix says nothing: behind it stand more letters of both cases and digits than identifiers of
 * messages, calls and customers have.
 *
 * @param run of base64 characters, as long as it goes.
 */
export function findPrefixed(text: string, { start, end }: Run): Candidate | null {
  if (end - start < PREFIXED_LENGTH_MIN || end - start > PREFIXED_LENGTH_MAX) return null;
  const [, prefix = '', body = ''] = PREFIXED.exec(text.slice(start, end)) ?? [];
  if (!isMixedCase(body) || !isDrawn(body) || isMeantToBeSeen(prefix)) return null;
  const isOpen = end === text.length;
  return isPartOfMore(text, start, end)
    ? null
    : { rule: 'generic-secret', start, end, rank: RANK.keyed, isOpen };
}

/** Of an address, a member, a file's name. */
const isPartOfMore = (text: string, start: number, end: number): boolean =>
  /[.+%&]/.test(text.charAt(start - 1)) || /[.(:]/.test(text.charAt(end));

const isMixedCase = (body: string): boolean => /[a-z]/.test(body) && /[A-Z]/.test(body);

const isMeantToBeSeen = (prefix: string): boolean =>
  prefix
    .toLowerCase()
    .split(/[-_]/)
    .some((word) => SEEN.test(word));

/** @returns null where the word before is no prefix but a text. */
function startOfPrefix(text: string, at: number): number | null {
  let start = at;
  while (start > 0 && /[A-Za-z0-9_-]/.test(text.charAt(start - 1))) {
    start -= 1;
    if (at - start > PREFIX_LENGTH_MAX) return null;
  }
  return /[/.+=%]/.test(text.charAt(start - 1)) ? null : start;
}

function isTelling(prefix: string): boolean {
  if (isMeantToBeSeen(prefix)) return false;
  return /(?:^|[-_])(?:sk|live|[a-z0-9]{0,12}pat)$/i.test(prefix) || judgeKey(prefix) === 'secret';
}

/** Letters and digits, or long hex: the alphabets of generators. */
function isDrawn(body: string): boolean {
  if (body.length < BODY_LENGTH_MIN || !/\d/.test(body) || isExample(body)) return false;
  if (longestRun(body.toLowerCase()) > body.length / 2) return false;
  const isHex = /^[0-9a-f]+$/i.test(body);
  if (entropyBits(body) < entropyBar(body.length, isHex ? 16 : 62)) return false;
  return isHex
    ? body.length >= HEX_LENGTH_MIN
    : classCount(body) > 1 && wordScore(body) < WORDY && turnCount(body) >= body.length / 4;
}
