// git as agents call it: which commands change the working tree, and how.
import { joinPath } from './paths.ts';
import { hasFlag, pathsOf, readArguments } from './shell-arguments.ts';
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
  if (hasFlag(args, '--cached')) return {};
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
  if (isReading(verb, words)) return {};
  const dashes = words.findIndex((word) => word.text === '--');
  const args = readArguments(words, ['-s', '--source', '-b', '-B', '-c', '-C']);
  const named = dashes >= 0 ? words.slice(dashes + 1) : verb === 'restore' ? args.operands : [];
  const guessed =
    named.length === 0 ? args.operands.filter((word) => /[./]/.test(word.text)) : named;
  return { paths: pathsOf(frame, guessed), isOpaque: true };
}

function isReading(verb: string, words: readonly Value[]): boolean {
  const first = words[0]?.text ?? '';
  if (verb === 'stash') return first === 'list' || first === 'show';
  if (verb === 'worktree' || verb === 'submodule') return first === 'list' || first === 'status';
  if (verb === 'reset') return !words.some((word) => /^--(?:hard|merge|keep)$/.test(word.text));
  return words.some((word) => word.text === '--dry-run' || word.text === '--help');
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
