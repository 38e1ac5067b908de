// Programs that make, move and remove files, and those that turn text into files: cp, mv, rm, tee, dd, sed -i …
import type { Edit } from '../model/edit.ts';
import { baseName, joinPath } from './paths.ts';
import { hasFlag, pathsOf, readArguments } from './shell-arguments.ts';
import type { Value } from './shell-expand.ts';
import type { Call, Effect, Frame } from './shell-run.ts';

export type Program = (call: Call) => Effect;

const SILENT: Effect = { output: { text: '', isExact: true } };

/** `cp a b`, `cp a b dir/`, `-t dir`: where the copies lie. What they hold is not told. */
const copy: Program = ({ words, frame }) => {
  const args = readArguments(words, ['-t', '--target-directory', '-m', '-o', '-g', '-S']);
  const folder = args.values.get('-t') ?? args.values.get('--target-directory');
  const sources = folder === undefined ? args.operands.slice(0, -1) : args.operands;
  const target = folder ?? args.operands.at(-1);
  if (target === undefined) return {};
  return { paths: targetsOf(frame, sources, target).map((pair) => pair.movedTo) };
};

const move: Program = ({ words, frame }) => {
  const args = readArguments(words, ['-t', '--target-directory', '-S']);
  return { edits: renames(frame, args.operands, args.values.get('-t')), ...SILENT };
};

/** @param folder given by option; else the last operand is the target. */
export function renames(
  frame: Frame,
  operands: readonly Value[],
  folder: Value | undefined,
): readonly Edit[] {
  const target = folder ?? operands.at(-1);
  if (target === undefined) return [];
  const sources = folder === undefined ? operands.slice(0, -1) : operands;
  return targetsOf(frame, sources, target).map((pair) => ({ kind: 'rename', ...pair }));
}

interface Pair {
  readonly path: string;
  readonly movedTo: string;
}

/** Into a folder where the text shows one: a slash at the end, `.`, or more than one source. */
function targetsOf(frame: Frame, sources: readonly Value[], target: Value): readonly Pair[] {
  const isFolder = sources.length > 1 || /(?:^|[/\\])\.{0,2}$/.test(target.text);
  return sources.flatMap((source) => {
    const path = joinPath(frame.directory, source.text);
    const name = isFolder ? `${target.text}/${baseName(source.text)}` : target.text;
    const movedTo = joinPath(frame.directory, name);
    return path === null || movedTo === null ? [] : [{ path, movedTo }];
  });
}

const remove: Program = ({ words, frame }) => ({
  edits: pathsOf(frame, readArguments(words).operands).map((path) => ({ kind: 'delete', path })),
  ...SILENT,
});

/** Operands change in a way that text does not show: created, truncated, another mode. */
const touch: Program = ({ words, frame }) => {
  const args = readArguments(words, ['-s', '-d', '-t', '-r', '--reference', '--size', '--date']);
  return { paths: pathsOf(frame, args.operands), ...SILENT };
};

const changeMode: Program = ({ words, frame }) => {
  const args = readArguments(words.filter((word) => !/^-[rwxXst]+$/.test(word.text)));
  return { paths: pathsOf(frame, args.operands.slice(1)), ...SILENT };
};

const tee: Program = ({ words, input, frame }) => {
  const args = readArguments(words);
  const paths = pathsOf(frame, args.operands).filter((path) => !path.startsWith('/dev/'));
  if (input === null) return { paths };
  const kind = hasFlag(args, '-a', '--append') ? 'append' : 'write';
  return { edits: paths.map((path) => ({ kind, path, text: input.text })), output: input };
};

const dd: Program = ({ words, input, frame }) => {
  const target = words.find((word) => word.text.startsWith('of='));
  const path = target === undefined ? null : joinPath(frame.directory, target.text.slice(3));
  if (path === null || path.startsWith('/dev/')) return {};
  return input === null
    ? { paths: [path] }
    : { edits: [{ kind: 'write', path, text: input.text }] };
};

const makeFolder: Program = () => SILENT;

/** Writes only with an option that says where: `curl -o f`, `sort -o f`, `jq -i`. */
const withOutput =
  (options: readonly string[]): Program =>
  ({ words, frame }) => {
    const args = readArguments(words, options);
    return { paths: pathsOf(frame, [...args.values.values()]) };
  };

const download: Program = ({ program, words, frame }) => {
  const options =
    program === 'curl' ? ['-o', '--output', '--output-dir'] : ['-O', '--output-document'];
  const args = readArguments(words, [...options, '-H', '-d', '-X', '--data', '--header', '-u']);
  const named = options.flatMap((option) => args.values.get(option) ?? []);
  const remote = program === 'curl' ? hasFlag(args, '-O', '--remote-name') : named.length === 0;
  const fromUrl = remote
    ? args.operands.map((word) => ({ ...word, text: baseName(word.text) }))
    : [];
  return {
    paths: pathsOf(frame, [...named, ...fromUrl]).filter((path) => !path.startsWith('/dev/')),
  };
};

export const FILE_PROGRAMS: Readonly<Record<string, Program>> = {
  cp: copy,
  ln: copy,
  install: copy,
  rsync: copy,
  scp: copy,
  mv: move,
  rm: remove,
  unlink: remove,
  rmdir: remove,
  shred: touch,
  touch,
  truncate: touch,
  chmod: changeMode,
  chown: changeMode,
  mkdir: makeFolder,
  tee,
  dd,
  curl: download,
  wget: download,
  sort: withOutput(['-o', '--output']),
  tree: withOutput(['-o']),
};
