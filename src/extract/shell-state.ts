// Commands that change what later ones mean: directories, variables, loops, and scripts that are read in.
import { joinPath } from './paths.ts';
import type { Program } from './shell-files.ts';

const SILENT = { output: { text: '', isExact: true } } as const;

const changeDirectory: Program = ({ words, frame }) => {
  const target = words.find((word) => !/^-[LPe@]$/.test(word.text) && word.text !== '--');
  const isKnown = target !== undefined && target.isExact && target.text !== '-';
  frame.directory = isKnown ? joinPath(frame.directory, target.text) : null;
  return SILENT;
};

const popDirectory: Program = ({ frame }) => {
  frame.directory = null;
  return SILENT;
};

const printDirectory: Program = ({ frame }) =>
  frame.directory === '' ? { output: { text: '.\n', isExact: true } } : {};

/** `export A=b`: set as any other variable is. */
const setVariables: Program = ({ words, frame }) => {
  for (const { text, isExact } of words) {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined)
      frame.variables.set(name, { text: value, isExact });
  }
  return {};
};

/** A script of the disk's: what it does is not told. */
const readIn: Program = () => ({ isOpaque: true });

/** `for f in a b`: the variable stands for all of them, as braces do. */
const bindLoop: Program = ({ words, frame }) => {
  const [name, keyword, ...values] = words;
  if (name === undefined || keyword?.text !== 'in' || values.length === 0) return {};
  const text =
    values.length === 1
      ? (values[0]?.text ?? '')
      : `{${values
          .slice(0, 20)
          .map((value) => value.text)
          .join(',')}}`;
  frame.variables.set(name.text, { text, isExact: values.every((value) => value.isExact) });
  return {};
};

export const STATE_PROGRAMS: Readonly<Record<string, Program>> = {
  cd: changeDirectory,
  pushd: changeDirectory,
  popd: popDirectory,
  pwd: printDirectory,
  export: setVariables,
  declare: setVariables,
  readonly: setVariables,
  local: setVariables,
  for: bindLoop,
  source: readIn,
  '.': readIn,
};
