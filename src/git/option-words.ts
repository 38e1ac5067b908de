// Words as git's own parser takes them: long options by any unambiguous beginning and with `no-` before them, letters
// written together, values in the same word or the next.

export interface OptionTable {
  /** Long names without dashes, those that are the command's own: only these may be shortened. */
  readonly long: readonly string[];
  /** Long names, its own or not, whose value may be the next word. */
  readonly valued: readonly string[];
  /** Letters without a value. */
  readonly letters: string;
  /** Letters whose value is the rest of the word, else the next word. */
  readonly valuedLetters: string;
}

export type ReadWord =
  /** One letter, or one long name without dashes and `no-`; value null where it has none. */
  | {
      readonly kind: 'option';
      readonly name: string;
      readonly value: string | null;
      readonly isNegated: boolean;
      /** Of the word it stands in, and how many words it takes: 2 with a value of its own. */
      readonly at: number;
      readonly words: 1 | 2;
    }
  | { readonly kind: 'plain'; readonly text: string; readonly isAfterDashes: boolean };

/** Options come in order; a word that git itself would refuse comes as an option of that name. */
export function readOptionWords(words: readonly string[], table: OptionTable): readonly ReadWord[] {
  const end = words.indexOf('--');
  const read: ReadWord[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at] ?? '';
    if (end >= 0 && at >= end) {
      if (at > end) read.push({ kind: 'plain', text, isAfterDashes: true });
    } else if (!text.startsWith('-') || text === '-')
      read.push({ kind: 'plain', text, isAfterDashes: false });
    else {
      const found = text.startsWith('--')
        ? [readLong(words, at, table)]
        : readLetters(words, at, table);
      read.push(...found);
      if (found.some((one) => one.kind === 'option' && one.words === 2)) at += 1;
    }
  }
  return read;
}

function readLong(words: readonly string[], at: number, table: OptionTable): ReadWord {
  const [, typed = '', value] = /^--([^=]*)(?:=([^]*))?$/.exec(words[at] ?? '') ?? [];
  const { name, isNegated } = findLong(typed, table.long);
  const takesNext = value === undefined && !isNegated && table.valued.includes(name);
  const given = takesNext ? words[at + 1] : value;
  return { kind: 'option', name, value: given ?? null, isNegated, at, words: takesNext ? 2 : 1 };
}

function findLong(
  typed: string,
  long: readonly string[],
): { readonly name: string; readonly isNegated: boolean } {
  if (long.includes(typed)) return { name: typed, isNegated: false };
  const positive = long.filter((name) => name.startsWith(typed));
  if (positive.length === 1) return { name: positive[0] ?? typed, isNegated: false };
  const rest = typed.startsWith('no-') ? typed.slice(3) : null;
  if (rest === null) return { name: typed, isNegated: false };
  const negative = long.includes(rest) ? [rest] : long.filter((name) => name.startsWith(rest));
  return { name: negative.length === 1 ? (negative[0] ?? rest) : rest, isNegated: true };
}

function readLetters(
  words: readonly string[],
  at: number,
  table: OptionTable,
): readonly ReadWord[] {
  const text = words[at] ?? '';
  const read: ReadWord[] = [];
  const push = (name: string, value: string | null, taken: 1 | 2): void => {
    read.push({ kind: 'option', name, value, isNegated: false, at, words: taken });
  };
  for (let index = 1; index < text.length; index += 1) {
    const letter = text[index] ?? '';
    const rest = text.slice(index + 1);
    if (table.letters.includes(letter)) push(letter, null, 1);
    else if (table.valuedLetters.includes(letter)) {
      if (rest === '') push(letter, words[at + 1] ?? null, 2);
      else push(letter, rest, 1);
      return read;
    } else {
      push(letter, rest === '' ? null : rest, 1);
      return read;
    }
  }
  return read;
}
