// Tokens in pieces: `'AKIA' + '…'`, literals side by side (Python, C, shells), lines that a backslash continues. What
// providers document is looked for in the pieces put together; where people commit only, since no stream need guess.
import { RANK, type Candidate, type Hit } from './candidate.ts';

/** Where a literal ends and another one may begin; a line that goes on. */
export const JOINT_KEYWORDS: readonly string[] = [
  ...[`'`, '"', '`'].flatMap((quote) => [`${quote} `, `${quote}+`, `${quote}\n`]),
  `"'`,
  `'"`,
  '\\\n',
];

const JOINT =
  /[ \t]{0,8}(?:(?:\+|\.{1,2}|&)?[ \t]{0,8}(?:\\?\r?\n[ \t]{0,80})?(?:\+|\.{1,2}|&)?[ \t]{0,8})[bBfFrRuU]?(?=["'`])/y;
const CONTINUED = /\\\n[ \t]{0,80}/y;
/** All that tokens are made of. */
const PIECE = /[\w.~+/=:|$!-]{0,300}/y;
const PIECES_MAX = 24;
const PIECE_LENGTH_MAX = 200;
const JOINED_LENGTH_MIN = 20;

/** @param search what finds tokens in a text. */
export function findJoined(
  hit: Hit,
  search: (text: string) => readonly Candidate[],
): Candidate | null {
  const chain = readChain(hit);
  if (chain === null || chain.text.length < JOINED_LENGTH_MIN) return null;
  const { text, offsets, joints } = chain;
  const found = search(text).find(
    (one) =>
      one.rank === RANK.structured && joints.some((joint) => one.start < joint && joint < one.end),
  );
  if (found === undefined) return null;
  const start = offsets[found.start] ?? hit.start;
  const end = (offsets[found.end - 1] ?? start) + 1;
  return { ...found, start, end, rank: RANK.joined, isOpen: false };
}

interface Chain {
  readonly text: string;
  /** `offsets[i]` is where character i of the text stands. */
  readonly offsets: readonly number[];
  /** In the text: where one piece ends and the next begins. */
  readonly joints: readonly number[];
}

/** @returns null where no chain begins here: no token goes on, or an earlier joint has read it. */
function readChain(hit: Hit): Chain | null {
  const { text } = hit;
  const quote = /["'`]/.test(text.charAt(hit.start)) ? text.charAt(hit.start) : '';
  // most literals are followed by something else
  const first = nextPiece(text, hit.start, quote) && startOfPiece(text, hit.start, quote);
  if (first === null) return null;
  const offsets: number[] = [];
  const joints: number[] = [];
  let joined = '';
  for (let piece = { from: first, to: hit.start }, mark = quote; joints.length < PIECES_MAX;) {
    joined += text.slice(piece.from, piece.to);
    for (let at = piece.from; at < piece.to; at += 1) offsets.push(at);
    const next = nextPiece(text, piece.to, mark);
    if (next === null) break;
    joints.push(joined.length);
    ({ piece, mark } = next);
  }
  return joints.length === 0 ? null : { text: joined, offsets, joints };
}

/** Back to the opening mark, or to where a bare word begins. */
function startOfPiece(text: string, at: number, quote: string): number | null {
  let start = at;
  while (
    start > 0 &&
    at - start < PIECE_LENGTH_MAX &&
    /[\w.~+/=:|$!-]/.test(text.charAt(start - 1))
  )
    start -= 1;
  if (start === at) return null;
  if (quote === '') return start;
  return text.charAt(start - 1) === quote ? start : null;
}

interface Next {
  readonly piece: { readonly from: number; readonly to: number };
  /** Its own closing mark, where it has one. */
  readonly mark: string;
}

function nextPiece(text: string, at: number, mark: string): Next | null {
  const joint = mark === '' ? CONTINUED : JOINT;
  joint.lastIndex = at + mark.length;
  if (!joint.test(text)) return null;
  const opening = mark === '' ? '' : text.charAt(joint.lastIndex);
  const from = joint.lastIndex + opening.length;
  PIECE.lastIndex = from;
  const to = from + (PIECE.exec(text)?.[0].length ?? 0);
  if (to === from) return null;
  if (mark === '') return { piece: { from, to }, mark: '' };
  return text.charAt(to) === opening ? { piece: { from, to }, mark: opening } : null;
}
