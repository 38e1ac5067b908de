// A shell command of an agent → what it writes. Known content gives edits; what only a run would tell gives one
// `command` at the end, with the paths that it may have written. A command that only reads gives nothing.
import type { Edit } from '../model/edit.ts';
import { holdsApplyPatch, parseApplyPatch } from './apply-patch.ts';
import { isPathLike, joinPath } from './paths.ts';
import { runInlineScript, type ScriptLanguage } from './inline-scripts.ts';
import { hasFlag, pathsOf, readArguments } from './shell-arguments.ts';
import { EDITORS } from './shell-editors.ts';
import type { Value } from './shell-expand.ts';
import { FILE_PROGRAMS, type Program } from './shell-files.ts';
import { fedWords, findFiles } from './shell-find.ts';
import { git } from './shell-git.ts';
import { parseShell } from './shell-parser.ts';
import { isReader } from './shell-readers.ts';
import { addSnippet, runList, type Call, type Effect, type Frame } from './shell-run.ts';
import { STATE_PROGRAMS } from './shell-state.ts';
import { TEXT_PROGRAMS } from './shell-text.ts';
import { holdsUnifiedDiff, parseUnifiedDiff } from './unified-diff.ts';

const DEPTH_MAX = 8;

/**
 * @param command one command line or script, or an argv as some tools give it (`["bash", "-lc", "…"]`).
 * @param directory where it runs as the call said, '' where it did not; relative paths in the result start there.
 * @returns edits in the order of the script.
 * @throws never.
 */
export function findShellWrites(
  command: string | readonly string[],
  directory = '',
): readonly Edit[] {
  const { edits, paths, isOpaque } = tallyWrites(command, directory);
  if (!isOpaque) return edits;
  const text = typeof command === 'string' ? command : command.join(' ');
  return [...edits, { kind: 'command', command: text, paths: [...new Set(paths)] }];
}

/** @returns paths that the command writes for sure, without those that an unknown program is merely told of. */
export function findSureTargets(command: string, directory = ''): readonly string[] {
  const { edits, certain } = tallyWrites(command, directory);
  return [...edits.flatMap(targetsOfEdit), ...certain];
}

function tallyWrites(command: string | readonly string[], directory: string): Frame['tally'] {
  const frame: Frame = {
    tally: { edits: [], paths: [], certain: [], isOpaque: false, steps: 0, size: 0 },
    variables: new Map(),
    directory,
    depth: 0,
  };
  if (typeof command === 'string') runScript(command, frame);
  else runArgv(command, frame);
  return frame.tally;
}

/** @returns paths that the edit itself changes: none for what only might, and for quoted code. */
export function targetsOfEdit(edit: Edit): readonly string[] {
  if (edit.kind === 'command' || edit.kind === 'snippet' || edit.kind === 'told') return [];
  const movedTo = edit.kind === 'rename' || edit.kind === 'patch' ? edit.movedTo : null;
  return movedTo === null ? [edit.path] : [edit.path, movedTo];
}

function runArgv(argv: readonly string[], frame: Frame): void {
  const [program = '', ...words] = argv.map((text) => ({ text, isExact: true }));
  if (program === '') return;
  const name = program.text.replace(/^.*[/\\]/, '');
  const effect = runProgram({ program: name, words, input: null, frame });
  frame.tally.edits.push(...(effect.edits ?? []));
  frame.tally.paths.push(...(effect.paths ?? []));
  if (effect.isGuess !== true) frame.tally.certain.push(...(effect.paths ?? []));
  if (effect.isOpaque === true || (effect.paths ?? []).length > 0) frame.tally.isOpaque = true;
}

function runScript(text: string, frame: Frame): Value | null {
  if (frame.depth >= DEPTH_MAX) {
    frame.tally.isOpaque = true;
    return null;
  }
  return runList(parseShell(text), { ...frame, depth: frame.depth + 1 }, runProgram);
}

/** `sh -c text`, `bash script.sh`, `… | sh`, `eval text`. */
const shell: Program = ({ words, input, frame }) => {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word.text));
  const inner: Frame = { ...frame, variables: new Map(frame.variables) };
  const script =
    at >= 0 ? words[at + 1] : words.every((w) => w.text.startsWith('-')) ? input : null;
  if (script === null || script === undefined) return { isOpaque: true };
  return { output: runScript(script.text, inner), isOpaque: !script.isExact };
};

const evaluate: Program = ({ words, frame }) => {
  const text = words.map((word) => word.text).join(' ');
  return { output: runScript(text, frame), isOpaque: words.some((word) => !word.isExact) };
};

const applyPatch: Program = ({ words, input, frame }) => {
  const text = words[0]?.text ?? input?.text ?? '';
  return { edits: parseApplyPatch(text).map((edit) => moveEdit(edit, frame.directory)) };
};

/** patch(1): known where the diff comes by standard input. */
const patch: Program = ({ words, input, frame }) => {
  const args = readArguments(words, ['-i', '--input', '-d', '--directory', '-o', '--output', '-p']);
  if (hasFlag(args, '--dry-run')) return {};
  if (input === null || !holdsUnifiedDiff(input.text)) {
    return { paths: pathsOf(frame, args.operands), isOpaque: true };
  }
  const level = words.find((word) => /^-p\d$/.test(word.text))?.text.slice(2);
  const edits = parseUnifiedDiff(input.text, level === undefined ? null : Number(level));
  return { edits: edits.map((edit) => moveEdit(edit, frame.directory)) };
};

function moveEdit(edit: Edit, directory: string | null): Edit {
  if (!('path' in edit) || edit.path === null) return edit;
  const path = joinPath(directory, edit.path) ?? edit.path;
  if (edit.kind === 'rename') {
    return { ...edit, path, movedTo: joinPath(directory, edit.movedTo) ?? edit.movedTo };
  }
  return { ...edit, path };
}

const LANGUAGES: Readonly<Record<string, ScriptLanguage>> = {
  python: 'python',
  python2: 'python',
  python3: 'python',
  node: 'javascript',
  bun: 'javascript',
  deno: 'javascript',
  tsx: 'javascript',
};

function scriptOf(
  language: ScriptLanguage,
  words: readonly Value[],
  input: Value | null,
): Value | null {
  // a module's options are its own: `python -m zipfile -e a.zip .`
  if (language === 'python' && words.some((word) => word.text === '-m')) return null;
  const at = words.findIndex((word) => /^(?:-[cep]|--eval|--print|-pe)$/.test(word.text));
  if (at >= 0) return words[at + 1] ?? null;
  return words.every((word) => word.text.startsWith('-')) ? input : null;
}

const interpreter: Program = ({ program, words, input, frame }) => {
  if (words.some((word) => /^(?:-V|--version|-h|--help)$/.test(word.text))) return {};
  const language = LANGUAGES[program] ?? 'javascript';
  const script = scriptOf(language, words, input);
  if (script === null) return unknown({ program, words, input, frame });
  const found = runInlineScript(script.text, language);
  for (const inner of found.commands)
    runScript(inner.command, { ...frame, depth: frame.depth + 1 });
  return {
    edits: found.edits.map((edit) => moveEdit(edit, frame.directory)),
    paths: found.paths.flatMap((path) => joinPath(frame.directory, path) ?? []),
    isOpaque: found.isOpaque || !script.isExact,
  };
};

/** Programs that only start another: the words up to its name are theirs. */
const WRAPPERS = new Set(
  'sudo command builtin exec nohup time nice stdbuf setsid env doas timeout xargs npx bunx pnpx'.split(
    ' ',
  ),
);
/** `uv run python …`: the program comes behind a verb. */
const RUNNERS: Readonly<Record<string, RegExp>> = {
  uv: /^run$/,
  poetry: /^run$/,
  pipenv: /^run$/,
  npm: /^exec$/,
  pnpm: /^(?:exec|dlx)$/,
  yarn: /^(?:exec|dlx)$/,
  bundle: /^exec$/,
};

const wrapped = (call: Call): Effect => {
  let at = 0;
  while (
    at < call.words.length &&
    /^(?:-.*|\w+=.*|[\d.]+[smhd]?)$/.test(call.words[at]?.text ?? '')
  )
    at += 1;
  const inner = call.words[at];
  if (inner === undefined) return {};
  const program = inner.text.replace(/^.*[/\\]/, '');
  const rest = call.words.slice(at + 1);
  const words = call.program === 'xargs' ? fedWords(call, rest) : rest;
  const effect = runProgram({ ...call, program, words });
  // xargs adds operands that often only a run would tell
  const isMore = call.program === 'xargs' && !isReader(program, call.words.slice(at + 1));
  return isMore ? { ...effect, isOpaque: true } : effect;
};

/** May write anything: what it names, and the text that it is fed, are all there is. */
function unknown({ words, input, frame }: Call): Effect {
  if (input !== null && input.text.includes('\n')) {
    if (holdsApplyPatch(input.text)) return { edits: parseApplyPatch(input.text) };
    addSnippet(frame, null, input.text);
  }
  const named = words.map((word) => ({ ...word, text: word.text.replace(/^--?[\w-]+=/, '') }));
  return {
    paths: pathsOf(
      frame,
      named.filter((word) => isPathLike(word.text)),
    ),
    isOpaque: true,
    isGuess: true,
  };
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  ...FILE_PROGRAMS,
  ...TEXT_PROGRAMS,
  ...EDITORS,
  ...STATE_PROGRAMS,
  ...Object.fromEntries(['sh', 'bash', 'zsh', 'dash', 'ksh', 'fish'].map((name) => [name, shell])),
  ...Object.fromEntries(Object.keys(LANGUAGES).map((name) => [name, interpreter])),
  eval: evaluate,
  find: (call) => (isReader('find', call.words) ? {} : findFiles(call, runProgram)),
  apply_patch: applyPatch,
  applypatch: applyPatch,
  patch,
  git,
};

function runProgram(call: Call): Effect {
  if (WRAPPERS.has(call.program)) return wrapped(call);
  const runs = Object.hasOwn(RUNNERS, call.program) ? RUNNERS[call.program] : undefined;
  if (runs?.test(call.words[0]?.text ?? '') === true) {
    return wrapped({ ...call, words: call.words.slice(1) });
  }
  const program = Object.hasOwn(PROGRAMS, call.program) ? PROGRAMS[call.program] : undefined;
  if (program !== undefined) return program(call);
  return isReader(call.program, call.words) ? {} : unknown(call);
}
