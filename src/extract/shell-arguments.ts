// Options and operands of a command, by the usual conventions.
import { joinPath } from './paths.ts';
import type { Value } from './shell-expand.ts';
import type { Frame } from './shell-run.ts';

export interface Arguments {
  /** As written: `-i`, `--in-place`; a cluster `-rf` also gives `-r` and `-f`. */
  readonly flags: ReadonlySet<string>;
  /** Option → its value, for options that take one. */
  readonly values: ReadonlyMap<string, Value>;
  readonly operands: readonly Value[];
}

/** @param valued options that take the next word, such as `-o --output`. */
export function readArguments(words: readonly Value[], valued: readonly string[] = []): Arguments {
  const flags = new Set<string>();
  const values = new Map<string, Value>();
  const operands: Value[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === undefined) break;
    if (word.text === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    const option = valuedOption(word.text, valued);
    if (!/^-./.test(word.text)) operands.push(word);
    else if (option === null) addFlag(word, flags, values);
    else {
      flags.add(option);
      const next = words[i + 1];
      if (next !== undefined) values.set(option, next);
      i += 1;
    }
  }
  return { flags, values, operands };
}

/** `-o`, `--output`, and the cluster `-so` whose last letter takes the next word. */
function valuedOption(text: string, valued: readonly string[]): string | null {
  if (valued.includes(text)) return text;
  const last = `-${text.at(-1) ?? ''}`;
  return /^-[A-Za-z]{2,4}$/.test(text) && valued.includes(last) ? last : null;
}

function addFlag(word: Value, flags: Set<string>, values: Map<string, Value>): void {
  const { text, isExact } = word;
  const equals = text.indexOf('=');
  if (text.startsWith('--') && equals > 0) {
    flags.add(text.slice(0, equals));
    values.set(text.slice(0, equals), { text: text.slice(equals + 1), isExact });
    return;
  }
  flags.add(text);
  if (!text.startsWith('--')) for (const letter of text.slice(1, 8)) flags.add(`-${letter}`);
}

export const hasFlag = (args: Arguments, ...names: readonly string[]): boolean =>
  names.some((name) => args.flags.has(name));

/** Where operands lie; globs stay globs. Words whose text only a run would tell are left out. */
export const pathsOf = (frame: Frame, words: readonly Value[]): readonly string[] =>
  words.flatMap((word) => {
    const path = isGlobOrExact(word) ? joinPath(frame.directory, word.text) : null;
    return path === null ? [] : [path];
  });

const isGlobOrExact = (word: Value): boolean => word.isExact || !/[$`]/.test(word.text);
