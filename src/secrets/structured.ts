// Tokens that show what they are: a keyword hit, then one sticky pattern from where the token starts. Every pattern is
// a sequence of classes without nesting, so matching is linear.
import { RANK, type Candidate, type Hit } from './candidate.ts';
import { entropyBar, entropyBits, longestRun } from './entropy.ts';
import { isExample } from './placeholders.ts';
import type { SecretRule } from './rule.ts';
import { endOfTokenRun } from './token-run.ts';
import { isRandom } from './evidence.ts';
import {
  parseShape,
  pickAnchors,
  RUN_LENGTH_MAX,
  shapeSource,
  type ShapeAnchor,
  type ShapePart,
} from './shape.ts';
import { DELIMITER, isWordOver } from './word.ts';

export interface TokenPattern {
  readonly rule: SecretRule;
  readonly keyword: string;
  readonly anchor: ShapeAnchor;
  readonly before: RegExp | null;
  /** Compiled when it is first needed: of hundreds a run needs few. */
  readonly pattern: () => RegExp;
  readonly parts: readonly ShapePart[];
  /** Holds nothing that ends a word. */
  readonly isWord: boolean;
}

/** Characters of a token that was cut off which may still be shown. */
const CUT_CHARACTERS_MAX = 12;
const CUT_LENGTH_MAX = 512;

/** All shapes of all rules, ready to match; one that has several keywords is there several times. */
export function compileRules(rules: readonly SecretRule[]): readonly TokenPattern[] {
  return rules.flatMap((rule) => rule.shapes.flatMap((shape) => compileShape(rule, shape)));
}

function compileShape(rule: SecretRule, shape: string): readonly TokenPattern[] {
  const parts = parseShape(shape);
  const anchors = pickAnchors(parts);
  const isWord = parts.every((part) =>
    part.kind === 'literal' ? !DELIMITER.test(part.text) : !part.characters.includes('('),
  );
  if (anchors.length === 0)
    throw new TypeError(`rule ${rule.id}: shape ${shape} has no literal to search for`);
  let compiled: RegExp | null = null;
  const pattern = (): RegExp => (compiled ??= new RegExp(shapeSource(parts), 'y'));
  return anchors.map((anchor) => {
    const before = anchor.before === null ? null : new RegExp(`[${anchor.before.characters}]`);
    return { rule, keyword: anchor.keyword, anchor, before, pattern, parts, isWord };
  });
}

/** @returns null where the text at the hit is no token of this shape. */
export function matchToken(hit: Hit, token: TokenPattern): Candidate | null {
  const start = tokenStart(hit, token);
  if (!isBoundary(hit.text, start)) return null;
  const pattern = token.pattern();
  pattern.lastIndex = start;
  const found = pattern.exec(hit.text)?.[0];
  if (found === undefined) return findCut(hit, start, token);
  if (!isPlausible(found, token)) return null;
  // a token has no ceiling, an attempt has
  const seen = start + found.length;
  const end = found.length < RUN_LENGTH_MAX ? seen : endOfTokenRun(hit.text, seen);
  return {
    rule: token.rule.id,
    start: start + (token.rule.lead ?? 0),
    end,
    rank: RANK.structured,
    isOpen: end === hit.text.length,
  };
}

/** Can no text behind what there is change what was found of a token? */
export function isTokenOver(hit: Hit, found: Candidate | null, token: TokenPattern): boolean {
  const { text, end } = hit;
  if (found !== null) return !found.isOpen && found.end < text.length;
  return token.isWord && isWordOver(text, end);
}

/** The text ends inside what would be a token: a reply that was cut off, or a stream that still runs. */
function findCut(hit: Hit, start: number, token: TokenPattern): Candidate | null {
  const { text } = hit;
  if (text.length - start > CUT_LENGTH_MAX || token.keyword.length < 3) return null;
  const body = text.slice(hit.end);
  if (body.length <= CUT_CHARACTERS_MAX || !isCutShape(text.slice(start), token.parts)) return null;
  if (!isRandom(body)) return null;
  return { rule: token.rule.id, start, end: text.length, rank: RANK.cut, isOpen: true };
}

/** Does the text follow the parts from the first and end before the last is complete? */
function isCutShape(text: string, parts: readonly ShapePart[]): boolean {
  let at = 0;
  for (const part of parts) {
    const rest = text.length - at;
    if (part.kind === 'literal') {
      if (!part.text.startsWith(text.slice(at, at + part.text.length))) return false;
      at += part.text.length;
    } else {
      const run =
        new RegExp(`^[${part.characters}]{0,${part.most ?? rest}}`).exec(text.slice(at))?.[0]
          .length ?? 0;
      if (run < part.least) return run === rest;
      at += run;
    }
    if (at >= text.length) return true;
  }
  return false;
}

function tokenStart(hit: Hit, token: TokenPattern): number {
  const { anchor, before } = token;
  let start = hit.start;
  if (anchor.before === null || before === null) return start;
  const least = Math.max(0, hit.start - anchor.before.most);
  while (start > least && before.test(hit.text.charAt(start - 1))) start -= 1;
  return start;
}

/** Escapes that end in a letter or digit (`\n`, `%3D`, `\u003d`, a colour code) are no part of a word. */
const ESCAPE_BEFORE = new RegExp(
  String.raw`(?:\\[nrtbfv]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\x1b\[[0-9;]{0,8}[A-Za-z])$`,
);

/** So many characters of base64 before a start are a blob that goes on. */
const BLOB = /[A-Za-z0-9+/]{24}$/;

/** Is there a backslash, percent sign or escape character near? Most words stand after none. */
function mayEndEscape(text: string, end: number): boolean {
  for (let i = Math.max(0, end - 12); i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 92 || code === 37 || code === 27) return true;
  }
  return false;
}

function isBoundary(text: string, start: number): boolean {
  if (start === 0) return true;
  const before = text.charAt(start - 1);
  if (before === '+' || before === '/')
    return !BLOB.test(text.slice(Math.max(0, start - 24), start));
  if (!/[A-Za-z0-9_]/.test(before)) return true;
  return (
    mayEndEscape(text, start) && ESCAPE_BEFORE.test(text.slice(Math.max(0, start - 12), start))
  );
}

/** A shorter start occurs in any text. */
const TELLING_LENGTH = 4;
const TELLING_BODY_LENGTH = 48;
/** What shows whether a body is random. */
const JUDGED_LENGTH = 256;
const FILLER = /(.)\1{5}|example|your|placeholder|\*\*\*|\.\.\./i;

function isPlausible(found: string, token: TokenPattern): boolean {
  const { rule, keyword } = token;
  const body = found.replace(keyword, '').slice(0, JUDGED_LENGTH);
  if (isFiller(body) || !isTold(body, keyword)) return false;
  const bar = rule.entropy ?? entropyBar(body.length, /^[0-9a-f-]+$/i.test(body) ? 16 : 62) * 0.9;
  return entropyBits(body) >= bar && (rule.check?.(found) ?? true);
}

/** A short start says little, then the body must convince. */
const isTold = (body: string, keyword: string): boolean =>
  keyword.length >= TELLING_LENGTH ||
  body.length >= TELLING_BODY_LENGTH ||
  (isRandom(body) && (/\d/.test(body) || body.length >= 30));

/** `xxxx…`, `abcdef…`, `your-token-here`: a long token may hold such a stretch by chance, a short one not. */
const isFiller = (body: string): boolean =>
  (FILLER.test(body) && isExample(body.slice(0, 24))) ||
  longestRun(body.toLowerCase()) > body.length * 0.72 ||
  /(.)\1{9}/.test(body);
