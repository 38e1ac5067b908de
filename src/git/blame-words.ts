// What a person typed after `blame`: git's flags go to git as they are; we only need to know the file, the revision, and
// which shape of output was asked for.
import { readOptionWords, type OptionTable, type ReadWord } from './option-words.ts';

export interface BlameWords {
  /** All words but ours, for git. */
  readonly gitWords: readonly string[];
  /** The same without the flags that choose how it is printed: what may stand after `--line-porcelain`. */
  readonly plainWords: readonly string[];
  readonly file: string | null;
  /** As typed; null: the working tree. */
  readonly revision: string | null;
  /** Two words without `--`: git takes them as `FILE REV` where the second is a revision. */
  readonly mayBeTurned: boolean;
  readonly shape: 'text' | 'annotate' | 'porcelain' | 'incremental';
  /** Without author and date. */
  readonly isBare: boolean;
  /** The last commit that still had a line is named, not the one that made it. */
  readonly isReverse: boolean;
  /** In place of the file's own content; null where there is none. `-`: standard input. */
  readonly contents: string | null;
}

/** `git blame -h`, and of the options of `git rev-list` those whose value may be a word of its own. */
const TABLE: OptionTable = {
  long: [
    'incremental',
    'root',
    'show-stats',
    'progress',
    'score-debug',
    'show-name',
    'show-number',
    'porcelain',
    'line-porcelain',
    'show-email',
    'ignore-rev',
    'ignore-revs-file',
    'color-lines',
    'color-by-age',
    'minimal',
    'contents',
    'abbrev',
  ],
  valued: [
    'ignore-rev',
    'ignore-revs-file',
    'contents',
    'date',
    'since',
    'after',
    'until',
    'before',
    'max-count',
    'max-age',
    'min-age',
    'skip',
    'diff-algorithm',
    'encoding',
  ],
  letters: 'bcflnpstew',
  valuedLetters: 'LS',
};

type Option = Extract<ReadWord, { readonly kind: 'option' }>;

/** git refuses these beside a machine's format, or they would undo it. */
const PRINTING = new Set(['incremental', 'porcelain', 'line-porcelain', 'progress']);

export function readBlameWords(words: readonly string[]): BlameWords {
  const read = readOptionWords(words, TABLE);
  const options = read.filter((one) => one.kind === 'option');
  const printing = new Set(options.filter(({ name }) => PRINTING.has(name)).map(({ at }) => at));
  const last = (name: string): Option | undefined => options.findLast((one) => one.name === name);
  const contents = last('contents');
  return {
    gitWords: words,
    plainWords: words.filter((_word, at) => !printing.has(at)),
    ...readPlaces(read),
    shape: readShape(options),
    isBare: last('s') !== undefined,
    isReverse: last('reverse') !== undefined,
    contents: contents === undefined || contents.isNegated ? null : contents.value,
  };
}

function readShape(options: readonly Option[]): BlameWords['shape'] {
  let isIncremental = false;
  let isPorcelain = false;
  for (const { name, isNegated } of options) {
    if (name === 'incremental') isIncremental = !isNegated;
    if (name === 'porcelain' || name === 'line-porcelain' || name === 'p') isPorcelain = !isNegated;
  }
  if (isIncremental) return 'incremental';
  if (isPorcelain) return 'porcelain';
  return options.some(({ name }) => name === 'c') ? 'annotate' : 'text';
}

function readPlaces(
  read: readonly ReadWord[],
): Pick<BlameWords, 'file' | 'revision' | 'mayBeTurned'> {
  const plain = read.filter((one) => one.kind === 'plain');
  const after = plain.filter((one) => one.isAfterDashes).map(({ text }) => text);
  const before = plain.filter((one) => !one.isAfterDashes).map(({ text }) => text);
  if (after.length > 0)
    // git takes `-- FILE REV` too
    return {
      file: after[0] ?? null,
      revision: before.at(-1) ?? after[1] ?? null,
      mayBeTurned: false,
    };
  return {
    file: before.at(-1) ?? null,
    revision: before.at(-2) ?? null,
    mayBeTurned: before.length === 2,
  };
}
