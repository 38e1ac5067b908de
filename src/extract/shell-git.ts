// git as agents call it: which commands change the working tree, and how.
import { joinPath } from './paths.ts';
import { type Arguments, hasFlag, pathsOf, readArguments } from './shell-arguments.ts';
import type { Value } from './shell-expand.ts';
import { renames, type Program } from './shell-files.ts';
import type { Call, Effect, Frame } from './shell-run.ts';
import { holdsUnifiedDiff, parseUnifiedDiff } from './unified-diff.ts';

const GLOBAL_VALUED = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace']);

/** Change files in the working tree in ways that the command line does not show. */
const WRITERS = new Set(
  (
    'am apply bisect checkout cherry-pick clean clone merge mergetool pull rebase reset restore revert ' +
    'sparse-checkout stash submodule switch worktree read-tree checkout-index filter-branch update-index lfs'
  ).split(' '),
);

/** Read, but `--output` names a file. */
const READERS_WITH_OUTPUT = new Set(['archive', 'bundle', 'diff', 'format-patch', 'log', 'show']);

export const git: Program = (call) => {
  const { frame, rest } = enter(call);
  const [first, ...words] = rest;
  const verb = first?.text ?? '';
  if (verb === 'mv') return { edits: renames(frame, readArguments(words).operands, undefined) };
  if (verb === 'rm') return removed(frame, words);
  if (verb === 'apply' || verb === 'am') return applied(frame, words, call.input);
  if (WRITERS.has(verb)) return changed(frame, words, verb);
  return READERS_WITH_OUTPUT.has(verb) ? outputOnly(frame, words) : {};
};

/** Reads `-C dir` and the like away. */
function enter({ words, frame }: Call): { frame: Frame; rest: readonly Value[] } {
  let directory = frame.directory;
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at]?.text ?? '';
    if (!word.startsWith('-')) break;
    if (word === '-C') directory = joinPath(directory, words[at + 1]?.text ?? '');
    if (GLOBAL_VALUED.has(word)) at += 1;
  }
  return { frame: { ...frame, directory }, rest: words.slice(at) };
}

function removed(frame: Frame, words: readonly Value[]): Effect {
  const args = readArguments(words);
  // the working file stays, the next commit is without it
  if (hasFlag(args, '--cached')) return { paths: pathsOf(frame, args.operands) };
  return { edits: pathsOf(frame, args.operands).map((path) => ({ kind: 'delete', path })) };
}

/** A patch on standard input is known; one from a file is not. */
function applied(frame: Frame, words: readonly Value[], input: Value | null): Effect {
  const args = readArguments(words, ['-p', '--directory', '--exclude', '--include', '-C']);
  if (hasFlag(args, '--check', '--stat', '--numstat', '--summary')) return {};
  const isFromInput = args.operands.every((word) => word.text === '-');
  if (input === null || !isFromInput || !holdsUnifiedDiff(input.text)) return { isOpaque: true };
  const strip = /^\d+$/.test(args.values.get('-p')?.text ?? '') ? args.values.get('-p') : undefined;
  const edits = parseUnifiedDiff(input.text, strip === undefined ? null : Number(strip.text));
  return { edits: edits.map((edit) => moveEdit(edit, args.values.get('--directory')?.text ?? '')) };

  function moveEdit(edit: (typeof edits)[number], folder: string): (typeof edits)[number] {
    if (!('path' in edit) || edit.path === null) return edit;
    const base = frame.directory === null ? folder : joinPath(frame.directory, folder || '.');
    const path = joinPath(base === '.' ? '' : base, edit.path) ?? edit.path;
    return { ...edit, path };
  }
}

/** `git checkout REV -- a b`, `git restore a`: the paths are named; a bare `git checkout main` names none. */
function changed(frame: Frame, words: readonly Value[], verb: string): Effect {
  const args = readArguments(words, ['-s', '--source', '-b', '-B', '-c', '-C']);
  if (isReading(verb, words, args)) return {};
  const named = namedBy(verb, words, args);
  const guessed =
    named.length === 0 ? args.operands.filter((word) => /[./]/.test(word.text)) : named;
  return { paths: pathsOf(frame, guessed), isOpaque: true };
}

function namedBy(verb: string, words: readonly Value[], { operands }: Arguments): readonly Value[] {
  const dashes = words.findIndex((word) => word.text === '--');
  if (dashes >= 0) return words.slice(dashes + 1);
  if (verb === 'restore') return operands;
  return verb === 'update-index' ? cacheInfo(words) : [];
}

/** `--cacheinfo 100644,<blob>,path`. */
const cacheInfo = (words: readonly Value[]): readonly Value[] =>
  words
    .filter(({ text }) => /^(?:--cacheinfo=)?\d{6},/.test(text))
    .map(({ text }) => text.slice(text.lastIndexOf(',') + 1))
    .map((text) => ({ text, isExact: !/[$`]/.test(text) }));

const LOOKS: Readonly<Record<string, RegExp>> = {
  stash: /^(?:list|show)$/,
  worktree: /^(?:list|status)$/,
  submodule: /^(?:list|status)$/,
};

function isReading(verb: string, words: readonly Value[], args: Arguments): boolean {
  const looks = Object.hasOwn(LOOKS, verb) ? LOOKS[verb] : undefined;
  if (looks !== undefined) return looks.test(words[0]?.text ?? '');
  if (verb === 'reset') return isUnstaging(words, args);
  if (verb === 'restore' && isIndexRestored(args)) return true;
  return words.some((word) => word.text === '--dry-run' || word.text === '--help');
}

/** Takes out of the index what was put in. */
const isIndexRestored = (args: Arguments): boolean =>
  hasFlag(args, '--staged', '-S') && !hasFlag(args, '--worktree', '-W', '--source', '-s');

/** `git reset`, `git reset HEAD a`: the index as the last commit left it. From another revision it is a change. */
function isUnstaging(words: readonly Value[], { operands }: Arguments): boolean {
  if (words.some((word) => /^--(?:hard|merge|keep)$/.test(word.text))) return false;
  const dashes = words.findIndex((word) => word.text === '--');
  const [first = null] =
    dashes >= 0 ? words.slice(0, dashes).filter(({ text }) => !text.startsWith('-')) : operands;
  if (first === null || /^(?:HEAD|@)$/.test(first.text)) return true;
  return dashes < 0 && (operands.length < 2 || /[/.]/.test(first.text));
}

/** `git diff --output=f`, `git format-patch -o dir`. */
function outputOnly(frame: Frame, words: readonly Value[]): Effect {
  const args = readArguments(words, ['-o', '--output']);
  return {
    paths: pathsOf(
      frame,
      [...args.values].filter(isOutput).map(([, value]) => value),
    ),
  };
}

const isOutput = ([option]: readonly [string, Value]): boolean =>
  option === '-o' || option === '--output';
