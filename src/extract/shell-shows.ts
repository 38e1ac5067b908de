// Commands that print a file and nothing else: what agents without a reading tool use (`cat f`, `sed -n 1,200p f`).
import { joinPath } from './paths.ts';
import { readArguments } from './shell-arguments.ts';
import { expandWord } from './shell-expand.ts';
import { parseShell } from './shell-parser.ts';
import type { Command, ShellList } from './shell-syntax.ts';

const NO_SCOPE = { variables: new Map<string, never>(), print: () => null };

/**
 * @param command a command line, or an argv.
 * @returns the file whose text (or part of it) is all that the command prints; null where it is anything else.
 * @throws never.
 */
export function findShownFile(command: string | readonly string[], directory = ''): string | null {
  if (typeof command !== 'string') {
    const at = command.findIndex((word) => /^-[a-z]*c$/.test(word));
    const script = command[at + 1];
    if (at > 0 && script !== undefined) return findShownFile(script, directory);
    return fileOf([...command], directory);
  }
  return fileOfList(parseShell(command), directory);
}

function fileOfList(list: ShellList, directory: string): string | null {
  let place: string | null = directory;
  for (const [index, pipeline] of list.entries()) {
    const [first, second] = pipeline;
    if (first === undefined || second !== undefined) return cutPipeline(list, index, place);
    const words = wordsOf(first);
    if (words === null) return null;
    if (words[0] !== 'cd') return index === list.length - 1 ? fileOf(words, place) : null;
    place = joinPath(place, words[1] ?? '');
  }
  return null;
}

/** `nl -ba f | sed -n 1,80p` and `cat f | head -50` still print lines of one file. */
function cutPipeline(list: ShellList, index: number, place: string | null): string | null {
  const [first, second, third] = list[index] ?? [];
  if (first === undefined || second === undefined || third !== undefined) return null;
  const words = wordsOf(first);
  const filter = wordsOf(second);
  if (index !== list.length - 1 || words === null || filter === null) return null;
  return isCut(filter) ? fileOf(words, place) : null;
}

const isCut = (words: readonly string[]): boolean =>
  words[0] === 'sed' ? isRange(words) : words[0] === 'head' || words[0] === 'tail';

function wordsOf(command: Command): readonly string[] | null {
  if (command.kind !== 'simple') return null;
  const isWriting = command.redirects.some(
    (entry) => entry.kind === 'write' || entry.kind === 'append',
  );
  const isErrorOnly = command.redirects.every((entry) => entry.descriptor === 2);
  if (isWriting && !isErrorOnly) return null;
  const values = command.words.map((word) => expandWord(word, NO_SCOPE));
  return values.every((value) => value.isExact) ? values.map((value) => value.text) : null;
}

const isRange = (words: readonly string[]): boolean =>
  words.includes('-n') && words.some((word) => /^\d+(?:,\$|,\d+)?p$/.test(word));

function fileOf(words: readonly string[], directory: string | null): string | null {
  const [program = '', ...rest] = words;
  if (!/^(?:cat|head|tail|nl|sed|bat|less|more)$/.test(program)) return null;
  if (program === 'sed' && !isRange(words)) return null;
  const values = rest.map((text) => ({ text, isExact: true }));
  const { operands } = readArguments(
    values,
    ['-n', '-c', '-e', '-b'].filter((o) => takes(program, o)),
  );
  const files = operands.filter((word) => !/^\d+(?:,\$|,\d+)?p$/.test(word.text));
  const [only] = files;
  return files.length === 1 && only !== undefined ? joinPath(directory, only.text) : null;
}

const takes = (program: string, option: string): boolean =>
  (/^(?:head|tail)$/.test(program) && /^-[nc]$/.test(option)) ||
  (program === 'nl' && option === '-b');
