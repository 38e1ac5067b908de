// The notation in which token formats are written down: literal text and classes of characters in braces.
//
//   ghp_{A36}          the literal `ghp_` and 36 letters or digits
//   {d8,10}:AA{b33}    8 to 10 digits, the literal `:AA`, 33 characters of base64url
//   sk-{b20,}          open-ended
//   {u}                a UUID in lower-case hex
//
// A shape is a pattern, the keyword that makes it worth trying, and (in tests) a generator of samples. No shape is
// itself something that a scanner would take for a secret.

/** Class letter → characters, as the inside of a bracket expression. */
const CLASSES: Readonly<Record<string, string>> = {
  A: 'A-Za-z0-9',
  a: 'a-z0-9',
  U: 'A-Z0-9',
  T: 'A-Z2-7', // base32
  l: 'a-z',
  L: 'A-Z',
  d: '0-9',
  h: '0-9a-f',
  H: '0-9A-F',
  x: '0-9A-Fa-f',
  w: 'A-Za-z0-9_',
  b: 'A-Za-z0-9_-', // base64url
  B: 'A-Za-z0-9+/', // base64 without padding
  S: 'A-Za-z0-9+/=',
  t: 'A-Za-z0-9._-',
  Z: 'A-Za-z0-9+/=_.-',
  P: 'A-Za-z0-9!@#$%^&*()_=+-',
};

export type ShapePart =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'class';
      /** Inside of a bracket expression. */
      readonly characters: string;
      readonly least: number;
      /** null where open-ended. */
      readonly most: number | null;
    };

const UUID_PARTS: readonly ShapePart[] = [8, 4, 4, 4, 12].flatMap((count, index): ShapePart[] => [
  ...(index === 0 ? [] : [{ kind: 'literal' as const, text: '-' }]),
  { kind: 'class' as const, characters: '0-9A-Fa-f', least: count, most: count },
]);

/** @throws TypeError for a class that does not exist: a bug in a rule, found by loading it. */
export function parseShape(shape: string): readonly ShapePart[] {
  return [...shape.matchAll(/\{u\}|\{([A-Za-z])(\d+)(,?)(\d*)\}|([^{]+)/g)].flatMap((found) => {
    const [whole, letter, least, comma, most, literal] = found;
    if (whole === '{u}') return UUID_PARTS;
    if (literal !== undefined) return [{ kind: 'literal', text: literal }];
    const characters = CLASSES[letter ?? ''];
    if (characters === undefined) throw new TypeError(`shape ${shape}: no class ${letter ?? ''}`);
    return [{ kind: 'class', characters, least: Number(least), most: mostOf() }];
    function mostOf(): number | null {
      if (comma !== ',') return Number(least);
      return most === '' ? null : Number(most);
    }
  });
}

const escapeLiteral = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** Bounds one attempt; a longer run is taken whole once this much of it matched (see matchToken). */
export const RUN_LENGTH_MAX = 2048;

/** A literal start that shows what a token is, however long it goes on. */
const TELLING = /^.{3,}[-_.]$/;

/**
 * The pattern's source: greedy, and followed by nothing that would make the token longer. After a telling start the
 * last class is open-ended all the same: providers lengthen their tokens, and what is glued to one is no reason to
 * show it.
 */
export function shapeSource(parts: readonly ShapePart[]): string {
  const [first] = parts;
  const isTelling = first?.kind === 'literal' && TELLING.test(first.text);
  const source = parts
    .map((part, index) =>
      part.kind === 'literal'
        ? escapeLiteral(part.text)
        : classSource(
            isTelling ? withoutCase(part) : part,
            isTelling && index === parts.length - 1 && part.least >= 16,
          ),
    )
    .join('');
  return isTelling ? source : `${source}${endSource(parts.at(-1))}`;
}

/** What must not follow: more of the last class. A run that may be longer than one attempt has no such end. */
function endSource(last: ShapePart | undefined): string {
  if (last?.kind !== 'class') return '(?![A-Za-z0-9])';
  const isAllWordCharacters = last.characters.includes('A-Za-z0-9');
  if (last.most === null && isAllWordCharacters) return '';
  const more = last.most === null ? '' : last.characters.replace('=', '').replace('A-Za-z0-9', '');
  return `(?![A-Za-z0-9${more}])`;
}

/** After a telling start neither does the case of hex and base36 matter: some write it, some accept it, the other way. */
const ANY_CASE = new Map([
  ['0-9a-f', '0-9A-Fa-f'],
  ['0-9A-F', '0-9A-Fa-f'],
  ['a-z0-9', 'A-Za-z0-9'],
  ['A-Z0-9', 'A-Za-z0-9'],
]);
const withoutCase = <P extends ShapePart & { kind: 'class' }>(part: P): P => ({
  ...part,
  characters: ANY_CASE.get(part.characters) ?? part.characters,
});

function classSource(part: ShapePart & { kind: 'class' }, isOpenEnded: boolean): string {
  const { characters, least, most } = part;
  if (isOpenEnded) return `[${characters}]{${least},${RUN_LENGTH_MAX}}`;
  if (least === most) return `[${characters}]{${least}}`;
  return `[${characters}]{${least},${most ?? RUN_LENGTH_MAX}}`;
}

export interface ShapeAnchor {
  /** Literal text that every token of this shape holds. */
  readonly keyword: string;
  /** Characters that may stand before the keyword, and how many at most; null where the token starts with it. */
  readonly before: { readonly characters: string; readonly most: number } | null;
  /** The one character or the class, as the inside of a bracket expression, that follows; null where nothing need. */
  readonly next: string | null;
}

/** Shorter literals stand everywhere in texts. */
const KEYWORD_LENGTH_MIN = 3;

/**
 * Picks the literals to search for: what the token starts with, or else the longest one that stands a bounded way
 * behind its start; where that is short, with each character that may stand beside it, if those are few.
 *
 * @returns several where the token holds one of them; none where there is no literal of two characters or more.
 */
export function pickAnchors(parts: readonly ShapePart[]): readonly ShapeAnchor[] {
  const bounded = parts.findIndex((part) => part.kind === 'class' && part.most === null);
  const literals = parts
    .slice(0, bounded < 0 ? parts.length : bounded)
    .flatMap((part, at) => (part.kind === 'literal' ? [{ text: part.text, at }] : []));
  const longest = literals.toSorted((a, b) => b.text.length - a.text.length)[0];
  if (longest === undefined) return [];
  const [first] = parts;
  const isStart = first?.kind === 'literal' && isEnough(first.text, longest.text);
  const best = isStart ? { text: first.text, at: 0 } : longest;
  return withNeighbours(parts, best).filter((anchor) => anchor.keyword.length > 1);
}

const isEnough = (start: string, longest: string): boolean =>
  start.length >= KEYWORD_LENGTH_MIN || longest.length < KEYWORD_LENGTH_MIN + 1;

interface Literal {
  readonly text: string;
  /** Which part it is. */
  readonly at: number;
}

function withNeighbours(
  parts: readonly ShapePart[],
  { text, at }: Literal,
): readonly ShapeAnchor[] {
  const anchor = {
    keyword: text,
    before: at === 0 ? null : beforeOf(parts.slice(0, at)),
    next: nextOf(parts[at + 1]),
  };
  if (text.length >= KEYWORD_LENGTH_MIN) return [anchor];
  const behind = fewCharacters(parts[at + 1]);
  if (behind.length > 0)
    return behind.map((character) => ({ ...anchor, keyword: text + character }));
  const ahead = fewCharacters(parts[at - 1]);
  if (ahead.length > 0) return ahead.map((character) => ({ ...anchor, keyword: character + text }));
  return [anchor];
}

/** Of a class of digits or lower-case hex, at least two of which stand there. */
function fewCharacters(part: ShapePart | undefined): readonly string[] {
  if (part?.kind !== 'class' || part.least < 2) return [];
  if (part.characters === CLASSES['d']) return '0123456789'.split('');
  return part.characters === CLASSES['h'] ? '0123456789abcdef'.split('') : [];
}

const beforeOf = (ahead: readonly ShapePart[]): ShapeAnchor['before'] => ({
  characters: ahead
    .map((part) => (part.kind === 'class' ? part.characters : escapeLiteral(part.text)))
    .join(''),
  most: ahead.reduce(
    (sum, part) => sum + (part.kind === 'class' ? (part.most ?? 0) : part.text.length),
    0,
  ),
});

function nextOf(part: ShapePart | undefined): string | null {
  if (part === undefined) return null;
  if (part.kind === 'literal') return escapeLiteral(part.text.charAt(0));
  return part.least === 0 ? null : withoutCase(part).characters;
}
