// `>`, `>>`, `<`, `<<EOF`, `<<<`, `2>&1`, `&>`: one redirection of a command.
import type { Cursor, HereDocument, Redirect, Word } from './shell-syntax.ts';
import { readWord } from './shell-words.ts';

const OPERATOR = /(\d*)(&>>|&>|>>|>\||>&|<<<|<<-|<<|<>|<&|>|<)[ \t]*/y;
const KINDS: Readonly<Record<string, Redirect['kind']>> = {
  '>': 'write',
  '>|': 'write',
  '&>': 'write',
  '>>': 'append',
  '&>>': 'append',
  '<': 'read',
  '<>': 'read',
  '<<': 'here-document',
  '<<-': 'here-document',
  '<<<': 'here-string',
  '>&': 'duplicate',
  '<&': 'duplicate',
};

/** @returns null where none starts here. A here-document's body is filled in when the line has been read. */
export function readRedirect(cursor: Cursor): Redirect | null {
  OPERATOR.lastIndex = cursor.at;
  const match = OPERATOR.exec(cursor.text);
  if (match === null) return null;
  const digits = match[1] ?? '';
  const operator = match[2] ?? '';
  // `<(…)` and `>(…)` are words
  if (cursor.text[OPERATOR.lastIndex] === '(') return null;
  cursor.at = OPERATOR.lastIndex;
  const target = readWord(cursor);
  if (target === null) return null;
  const descriptor = digits === '' ? null : Number(digits);
  const kind = kindOf(operator, textOf(cursor, target));
  if (kind === 'here-document') return readLater(cursor, { target, descriptor, operator });
  return { kind, descriptor, target, document: null };
}

/** `>&file` writes, `>&2` only joins two streams. */
function kindOf(operator: string, target: string): Redirect['kind'] {
  if (operator === '>&' && !/^(?:\d+|-)$/.test(target)) return 'write';
  return KINDS[operator] ?? 'write';
}

const textOf = (cursor: Cursor, word: Word): string => cursor.text.slice(word.start, word.end);

interface Opening {
  readonly target: Word;
  readonly descriptor: number | null;
  readonly operator: string;
}

function readLater(cursor: Cursor, opening: Opening): Redirect {
  const { target, descriptor, operator } = opening;
  let document: HereDocument | null = null;
  cursor.pending.push({
    delimiter: target.parts.map((part) => (part.kind === 'text' ? part.text : part.raw)).join(''),
    isQuoted: target.parts.some((part) => part.kind === 'text' && part.isQuoted),
    stripsTabs: operator === '<<-',
    accept: (read) => {
      document = read;
    },
  });
  return {
    kind: 'here-document',
    descriptor,
    target,
    get document() {
      return document;
    },
  };
}
