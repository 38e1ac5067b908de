// Commands that work on files which they find: `find … -exec`, `… | xargs`. What is found is said as a pattern
// (`a/**/b`), which whoever has a disk can look up.
import { pathsOf } from './shell-arguments.ts';
import type { Value } from './shell-expand.ts';
import type { Call, Effect, RunProgram } from './shell-run.ts';

/** `find a -name b -delete`, `-exec cmd {} +`. */
export function findFiles(call: Call, run: RunProgram): Effect {
  const { words } = call;
  const found = patternsOf(words.map((word) => word.text));
  if (found.length === 0) return { isOpaque: true };
  const at = words.findIndex((word) => /^-(?:exec|execdir|ok|okdir)$/.test(word.text));
  if (at === -1) return { paths: pathsOf(call.frame, found), isOpaque: true };
  const [program, ...rest] = words.slice(at + 1);
  const end = rest.findIndex((word) => /^[;+]$/.test(word.text));
  const args = rest.slice(0, end < 0 ? rest.length : end).flatMap((word) => fill(word, found));
  const name = (program?.text ?? '').replace(/^.*[/\\]/, '');
  return { ...run({ ...call, program: name, words: args }), isOpaque: true };
}

const fill = (word: Value, found: readonly Value[]): readonly Value[] =>
  word.text === '{}'
    ? found
    : [{ ...word, text: word.text.replaceAll('{}', found[0]?.text ?? '{}') }];

/** None where the conditions say more than one name: what is left is not told then. */
function patternsOf(words: readonly string[]): readonly Value[] {
  const first = words.findIndex((word) => ['-', '(', '!'].includes(word.charAt(0)));
  const roots = first > 0 ? words.slice(0, first) : ['.'];
  const names = words.flatMap((word, i) => (/^-i?name$/.test(word) ? [words[i + 1] ?? ''] : []));
  const isMixed = words.some((word) =>
    /^(?:!|-not|-o|-or|-i?path|-i?regex|-empty|-newer)$/.test(word),
  );
  if (names.length > 1 || isMixed || (names.length === 0 && roots.includes('.'))) return [];
  return roots.map((root) => ({
    text: `${root.replace(/\/+$/, '')}/**${names[0] === undefined ? '' : `/${names[0]}`}`,
    isExact: false,
  }));
}

/** What xargs puts behind the words, or in the place of `-I`'s mark. */
export function fedWords({ words, input }: Call, rest: readonly Value[]): readonly Value[] {
  if (input === null || !input.isExact) return rest;
  const fed = input.text
    .split(/[\s\0]+/)
    .filter((text) => text !== '')
    .map((text) => ({ text, isExact: true }));
  const at = words.findIndex((word) => word.text.startsWith('-I'));
  if (at === -1) return [...rest, ...fed];
  const mark = words[at]?.text.slice(2) || '{}';
  return rest.flatMap((word) => (word.text === mark ? fed : [word]));
}
