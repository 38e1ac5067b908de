// Runs a parsed script in the mind: follows directories, variables, pipes and redirections, and notes what is written.
// Nothing is executed. What cannot be told is noted as such: that is the `isOpaque` of the tally.
import type { Edit } from '../model/edit.ts';
import { joinPath, isDevice } from './paths.ts';
import { pathsOf } from './shell-arguments.ts';
import {
  expandBraces,
  expandDocument,
  expandWord,
  type Scope,
  type Value,
} from './shell-expand.ts';
import type {
  Command,
  GroupCommand,
  Pipeline,
  Redirect,
  ShellList,
  SimpleCommand,
} from './shell-syntax.ts';

export interface Tally {
  readonly edits: Edit[];
  /** Paths that may have been written with content nobody here knows. */
  readonly paths: string[];
  /** Those of them that a run writes for sure, and is not merely told of. */
  readonly certain: string[];
  /** Did anything run that may have written files? */
  isOpaque: boolean;
  /** Commands and characters so far: `A=$A$A` a hundred times must not cost what it stands for. */
  steps: number;
  size: number;
}

export interface Frame {
  readonly tally: Tally;
  readonly variables: Map<string, Value>;
  /** Relative to where the script starts, or absolute; '' at the start; null once it cannot be told. */
  directory: string | null;
  readonly depth: number;
}

/** What one program does, as its arguments and input tell. */
export interface Effect {
  readonly edits?: readonly Edit[];
  /** Written with unknown content. */
  readonly paths?: readonly string[];
  readonly isOpaque?: boolean;
  /** The paths are those that an unknown program is told of. */
  readonly isGuess?: boolean;
  /** null or absent: not known. */
  readonly output?: Value | null;
}

export interface Call {
  readonly program: string;
  readonly words: readonly Value[];
  readonly input: Value | null;
  readonly frame: Frame;
}

export type RunProgram = (call: Call) => Effect;

const STEPS_MAX = 20_000;
const SIZE_MAX = 16_000_000;
const VARIABLE_MAX = 100_000;

/** @returns what the list prints, as far as known. */
export function runList(list: ShellList, frame: Frame, run: RunProgram): Value | null {
  let output: Value | null = { text: '', isExact: true };
  for (const pipeline of list) output = join(output, runPipeline(pipeline, frame, run));
  return output;
}

const join = (left: Value | null, right: Value | null): Value | null =>
  left === null || right === null
    ? null
    : { text: left.text + right.text, isExact: left.isExact && right.isExact };

function runPipeline(pipeline: Pipeline, frame: Frame, run: RunProgram): Value | null {
  let input: Value | null = null;
  for (const command of pipeline) input = runCommand(command, { frame, run, input });
  return input;
}

interface Setting {
  readonly frame: Frame;
  readonly run: RunProgram;
  readonly input: Value | null;
}

function runCommand(command: Command, setting: Setting): Value | null {
  const { tally } = setting.frame;
  tally.steps += 1;
  if (tally.steps > STEPS_MAX || tally.size > SIZE_MAX) {
    tally.isOpaque = true;
    return null;
  }
  const output =
    command.kind === 'group' ? runGroup(command, setting) : runSimple(command, setting);
  return redirect(command, setting, output);
}

function runGroup(group: GroupCommand, { frame, run }: Setting): Value | null {
  const inner: Frame = group.isSubshell ? { ...frame, variables: new Map(frame.variables) } : frame;
  return runList(group.list, inner, run);
}

const START: readonly (readonly [string, Value])[] = [['PWD', { text: '.', isExact: true }]];

const scopeOf = ({ frame, run }: Setting): Scope => ({
  variables: frame.directory === '' ? new Map([...START, ...frame.variables]) : frame.variables,
  print: (list) => runList(list, { ...frame, variables: new Map(frame.variables) }, run),
});

function runSimple(command: SimpleCommand, setting: Setting): Value | null {
  const { frame, run } = setting;
  const scope = scopeOf(setting);
  for (const { name, value } of command.assignments) {
    const expanded = expandWord(value, scope);
    // `A=1 program` sets it for the program only, which changes no path here
    if (command.words.length === 0 && expanded.text.length <= VARIABLE_MAX) {
      frame.variables.set(name, expanded);
    }
  }
  const words = command.words.flatMap((word) => expandBraces(expandWord(word, scope)));
  for (const word of words) frame.tally.size += word.text.length;
  const [first, ...rest] = words;
  if (first === undefined) return { text: '', isExact: true };
  const program = first.text.replace(/^.*[/\\]/, '').replace(/\.exe$/i, '');
  const effect = run({ program, words: rest, input: inputOf(command, setting), frame });
  addEffect(frame, effect);
  return effect.output ?? null;
}

function inputOf(command: SimpleCommand, setting: Setting): Value | null {
  const scope = scopeOf(setting);
  const last = command.redirects.findLast(
    (entry) => entry.kind.startsWith('here-') || entry.kind === 'read',
  );
  if (last === undefined) return setting.input;
  if (last.document !== null) return expandDocument(last.document, scope);
  if (last.kind !== 'here-string') return null;
  const value = expandWord(last.target, scope);
  return { ...value, text: `${value.text}\n` };
}

function addEffect(frame: Frame, effect: Effect): void {
  frame.tally.edits.push(...(effect.edits ?? []));
  frame.tally.paths.push(...(effect.paths ?? []));
  if (effect.isGuess !== true) frame.tally.certain.push(...(effect.paths ?? []));
  if (effect.isOpaque === true || (effect.paths ?? []).length > 0) frame.tally.isOpaque = true;
}

/** @returns what is left on standard output. */
function redirect(command: Command, setting: Setting, output: Value | null): Value | null {
  let left = output;
  for (const entry of command.redirects) {
    if (entry.kind !== 'write' && entry.kind !== 'append') continue;
    const isOutput = entry.descriptor === null || entry.descriptor === 1;
    writeTo(entry, setting, isOutput ? output : null);
    if (isOutput) left = { text: '', isExact: true };
  }
  return left;
}

function writeTo(entry: Redirect, setting: Setting, value: Value | null): void {
  for (const target of expandBraces(expandWord(entry.target, scopeOf(setting))))
    if (!isDevice(target.text)) writeFile(entry, { frame: setting.frame, target }, value);
}

interface Aim {
  readonly frame: Frame;
  readonly target: Value;
}

function writeFile(entry: Redirect, { frame, target }: Aim, value: Value | null): void {
  const path = target.isExact ? joinPath(frame.directory, target.text) : null;
  if (path === null) {
    addEffect(frame, { paths: pathsOf(frame, [target]), isOpaque: true });
    if (value !== null) addSnippet(frame, null, value.text);
  } else {
    // of a text with parts that only a run can tell, the file may get another
    if (value?.isExact !== true) addEffect(frame, { paths: [path] });
    if (value !== null) frame.tally.edits.push(toEdit(entry, path, value.text));
  }
}

const toEdit = (entry: Redirect, path: string, text: string): Edit =>
  entry.kind === 'append' ? { kind: 'append', path, text } : { kind: 'write', path, text };

/** Text that a script carries and that ends up somewhere unknown. */
export function addSnippet(frame: Frame, path: string | null, text: string): void {
  if (text.trim() !== '') frame.tally.edits.push({ kind: 'snippet', path, text });
}
