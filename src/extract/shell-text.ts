// Programs whose output is told by their arguments and input: echo, printf, cat, base64 -d; and editors of streams,
// which write files only when told to do it in place.
import { hasFlag, pathsOf, readArguments } from './shell-arguments.ts';
import { pathsOfScript } from './shell-editors.ts';
import type { Value } from './shell-expand.ts';
import type { Program } from './shell-files.ts';
import { addSnippet, type Effect, type Frame } from './shell-run.ts';

const ESCAPE = /\\(?:([abfnrtv\\"'e])|0?([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4}))/g;
const LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const unescape = (text: string): string => text.replace(ESCAPE, unescapeOne);

function unescapeOne(_: string, ...groups: readonly (string | undefined)[]): string {
  const [letter, octal, hex, unicode] = groups;
  if (letter !== undefined) return LETTERS[letter] ?? letter;
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
  return String.fromCharCode(Number.parseInt(hex ?? unicode ?? '0', 16));
}

const joinWords = (words: readonly Value[]): Value => ({
  text: words.map((word) => word.text).join(' '),
  isExact: words.every((word) => word.isExact),
});

/** bash's echo: options only in front, escapes only with -e. */
const echo: Program = ({ words }) => {
  const first = words.findIndex((word) => !/^-[neE]+$/.test(word.text));
  const count = first < 0 ? words.length : first;
  const options = words
    .slice(0, count)
    .map((word) => word.text)
    .join('');
  const said = joinWords(words.slice(count));
  const text = options.includes('e') ? unescape(said.text) : said.text;
  return { output: { ...said, text: options.includes('n') ? text : `${text}\n` } };
};

/** The format is used again while arguments are left (POSIX). */
const printf: Program = ({ words }) => {
  const [format, ...rest] = words[0]?.text === '-v' ? [] : words.filter((w) => w.text !== '--');
  if (format === undefined) return {};
  const queue = rest.slice(0, 2000);
  let text = '';
  do {
    const before = queue.length;
    text += format.text.replace(
      /%(-?\d*(?:\.\d+)?)([sdibqfc%])|\\./g,
      (all, _, letter?: string) => {
        if (letter === undefined) return unescape(all);
        if (letter === '%') return '%';
        const value = queue.shift()?.text ?? '';
        return letter === 'b' ? unescape(value) : value;
      },
    );
    if (queue.length === before) break;
  } while (queue.length > 0);
  return { output: { text: unescapeRest(text), isExact: joinWords(words).isExact } };
};

/** Longer escapes (`\x41`, `\033`) that the pass above left. */
const unescapeRest = (text: string): string => (/\\[0-7xu]/.test(text) ? unescape(text) : text);

const cat: Program = ({ words, input }) => {
  const { operands } = readArguments(words);
  const readsInput = operands.length === 0 || (operands.length === 1 && operands[0]?.text === '-');
  return { output: readsInput ? input : null };
};

const base64: Program = ({ words, input }) => {
  const args = readArguments(words);
  if (input === null || args.operands.length > 0) return {};
  if (!hasFlag(args, '-d', '-D', '--decode')) return {};
  const text = Buffer.from(input.text, 'base64').toString('utf8');
  return { output: { text, isExact: input.isExact && !text.includes('\ufffd') } };
};

/** With -i the files change; the script shows a little of what they get. */
const streamEditor: Program = ({ program, words, frame }) => {
  const valued = program.endsWith('sed') ? ['-e', '--expression', '-f'] : ['-e', '-f', '-v', '-F'];
  const args = readArguments(words, valued);
  const given = args.values.get('-e') ?? args.values.get('--expression');
  if (!isInPlace(words)) return ownOutput(program, frame, joinWords(words).text);
  const operands = args.operands.filter((word) => !/^(?:inplace)?$/.test(word.text));
  const files = pathsOf(frame, given === undefined ? operands.slice(1) : operands);
  const script = given ?? operands[0];
  const only = files.length === 1 ? (files[0] ?? null) : null;
  if (script !== undefined) {
    for (const text of insertedTexts(script.text)) addSnippet(frame, only, text);
  }
  return { paths: files, isOpaque: true, output: { text: '', isExact: true } };
};

const isInPlace = (words: readonly Value[]): boolean =>
  words.some(({ text }) => /^(?:-[\dpnErsuzlaw]*i|--in-place|inplace$)/.test(text));

/** Scripts may open files of their own: `print > "f"`, sed's `w f`. */
function ownOutput(program: string, frame: Frame, script: string): Effect {
  const named = program.endsWith('sed') ? sedFiles(script) : awkFiles(program, script);
  if (named === null) return {};
  const words = named.map((text) => ({ text, isExact: true }));
  return { paths: pathsOf(frame, words), isOpaque: true };
}

/** The command `w` of its own, or behind the last delimiter of `s`. */
function sedFiles(script: string): readonly string[] | null {
  const found = [...script.matchAll(/(?:^|[\d$/|#,;}\s])[gpIi\d]*w[ \t]+([^\s;{}'"]{1,300})/g)];
  const files = found.map((match) => match[1] ?? '').filter((name) => /[/.]/.test(name));
  return files.length === 0 ? null : files;
}

/** @returns null where nothing is written. */
function awkFiles(program: string, script: string): readonly string[] | null {
  if (!/print[^|]*>\s*["(\w]|system\s*\(|open\s*\(|unlink/.test(script)) return null;
  const printed = [...script.matchAll(/>\s*"([^"$]{1,300})"/g)].map((match) => match[1] ?? '');
  return [...printed, ...pathsOfScript(program, script)];
}

/** `s/old/new/`, `5a\text`, `/x/i text`, `c text`: what such a script puts in. */
function insertedTexts(script: string): readonly string[] {
  const texts: string[] = [];
  for (const line of script.split('\n').slice(0, 200)) {
    const replaced =
      /(?:^|[\d/,;{\s])s([/|#,@!%~])((?:\\.|(?!\1)[^\\]){0,2000})\1((?:\\.|(?!\1)[^\\]){0,2000})\1/.exec(
        line,
      );
    const put =
      /^\s*(?:\d+|\$|\/(?:\\.|[^/\\]){0,500}\/)?\s*(?:,\s*\S+)?\s*[aic](?:\\|\s)?(.+)$/.exec(line);
    if (replaced !== null) texts.push(unescape(replaced[3] ?? ''));
    else if (put !== null) texts.push(`${unescape(put[1] ?? '')}\n`);
  }
  return texts;
}

export const TEXT_PROGRAMS: Readonly<Record<string, Program>> = {
  echo,
  printf,
  print: echo,
  cat,
  base64,
  sed: streamEditor,
  gsed: streamEditor,
  perl: streamEditor,
  awk: streamEditor,
  gawk: streamEditor,
};
