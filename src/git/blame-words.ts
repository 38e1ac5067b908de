// What a person typed after `blame`: git's flags go to git as they are; we only need to know the file, the revision, and
// which shape of output was asked for.

export interface BlameWords {
  /** All words but ours, for git. */
  readonly gitWords: readonly string[];
  /** The same without the flags that choose a machine's output. */
  readonly plainWords: readonly string[];
  readonly file: string | null;
  /** As typed; null: the working tree. */
  readonly revision: string | null;
  readonly shape: 'text' | 'annotate' | 'porcelain' | 'line-porcelain' | 'incremental';
  /** The author column shows mail addresses, or is not there. */
  readonly column: 'name' | 'mail' | 'none';
  /** The last commit that still had a line is named, not the one that made it. */
  readonly isReverse: boolean;
  readonly hasContents: boolean;
}

/** Flags whose value is the next word. */
const WITH_VALUE = new Set([
  '-L',
  '-S',
  '--contents',
  '--ignore-rev',
  '--ignore-revs-file',
  '--date',
  '--since',
  '--after',
  '--until',
  '--before',
  '--diff-algorithm',
]);

const SHAPES: Readonly<Record<string, BlameWords['shape']>> = {
  '-p': 'porcelain',
  '--porcelain': 'porcelain',
  '--line-porcelain': 'line-porcelain',
  '--incremental': 'incremental',
};

/** Flags of one letter without a value; they may be written together (`-swf`). */
const LETTERS = /^-[bcflmnpstwewW]+$/;

export function readBlameWords(words: readonly string[]): BlameWords {
  const { flags, positionals } = splitWords(words);
  const named = flags.map((flag) => SHAPES[flag]).filter((shape) => shape !== undefined);
  const letters = flags.filter((flag) => LETTERS.test(flag)).join('');
  const has = (...names: readonly string[]): boolean => flags.some((flag) => names.includes(flag));
  const shape = letters.includes('p') ? 'porcelain' : letters.includes('c') ? 'annotate' : 'text';
  return {
    gitWords: words,
    plainWords: words.filter((word) => SHAPES[word] === undefined),
    file: positionals.file,
    revision: positionals.revision,
    shape: named.at(-1) ?? shape,
    column: letters.includes('s') ? 'none' : columnOf(letters, has('--show-email')),
    isReverse: flags.some((flag) => flag === '--reverse' || flag.startsWith('--reverse=')),
    hasContents: flags.some((flag) => flag.startsWith('--contents')),
  };
}

const columnOf = (letters: string, isMail: boolean): 'name' | 'mail' =>
  isMail || letters.includes('e') ? 'mail' : 'name';

interface Split {
  readonly flags: readonly string[];
  readonly positionals: { readonly file: string | null; readonly revision: string | null };
}

function splitWords(words: readonly string[]): Split {
  const end = words.indexOf('--');
  const head = end < 0 ? words : words.slice(0, end);
  const flags = head.filter((word, at) => isFlag(word) && !isValue(head, at));
  const rest = head.filter((word, at) => !isFlag(word) && !isValue(head, at));
  if (end >= 0) {
    const after = words.slice(end + 1);
    // git takes `-- FILE REV` too
    return {
      flags,
      positionals: { file: after[0] ?? null, revision: rest.at(-1) ?? after[1] ?? null },
    };
  }
  return { flags, positionals: { file: rest.at(-1) ?? null, revision: rest.at(-2) ?? null } };
}

const isFlag = (word: string): boolean => word.startsWith('-') && word !== '-';

const isValue = (words: readonly string[], at: number): boolean =>
  at > 0 && WITH_VALUE.has(words[at - 1] ?? '');
