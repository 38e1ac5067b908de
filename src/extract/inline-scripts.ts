// Scripts inside a command or a tool call (`python -c`, `node -e`, Codex' code mode): what they write where they say so
// in literals. Best effort: the flag `isOpaque` says that more may have been written.
import type { Edit } from '../model/edit.ts';
import { holdsApplyPatch, parseApplyPatch } from './apply-patch.ts';
import { findScriptCalls, type ScriptCall } from './script-calls.ts';
import { readTokens, type ScriptLanguage, type Token } from './script-tokens.ts';
import type { Value } from './shell-expand.ts';

export type { ScriptLanguage } from './script-tokens.ts';

interface InlineWrites {
  readonly edits: readonly Edit[];
  /** Written with content that the script does not show. */
  readonly paths: readonly string[];
  /** Shell commands that the script runs. */
  readonly commands: readonly { readonly command: string; readonly directory: string }[];
  readonly isOpaque: boolean;
}

interface Findings {
  readonly edits: Edit[];
  readonly paths: string[];
  readonly commands: { command: string; directory: string }[];
  readonly replaced: { before: string; after: string }[];
  /** Path → how it was opened, in Python. */
  readonly opened: Map<string, 'w' | 'a'>;
  isOpaque: boolean;
  /** Does it hold a loop? */
  readonly isRepeating: boolean;
}

const LOOP = /\b(?:for|while)\b|\.(?:map|forEach|flatMap)\s*\(/;

/** Names after which a script that shows no literal may still have written something. */
const SUSPICIOUS =
  /\b(?:write|open|remove|unlink|rename|move|copy|rmtree|system|subprocess|exec|spawn|eval|save|dump|to_csv|mkdir|truncate|fetch|urlretrieve)\w*\s*\(|>>|\bgenerate|\bimport\s+(?!sys|os|json|re|math|time|datetime|ast|itertools|collections|textwrap|typing|pathlib|fs|path\b)/;

/** @throws never. */
export function runInlineScript(source: string, language: ScriptLanguage): InlineWrites {
  const tokens = readTokens(source, language);
  const findings: Findings = {
    edits: [],
    paths: [],
    commands: [],
    replaced: [],
    opened: new Map(),
    isOpaque: false,
    isRepeating: LOOP.test(source),
  };
  const calls = findScriptCalls(tokens);
  for (const call of calls) readCall(findings, call);
  const hasWritten = findings.edits.length + findings.paths.length + findings.commands.length > 0;
  if (!hasWritten && SUSPICIOUS.test(source)) findings.isOpaque = true;
  if (findings.paths.length > 0 || findings.isOpaque) addShown(findings, tokens);
  const { edits, paths, commands, isOpaque } = findings;
  return { edits, paths, commands, isOpaque };
}

const WRITERS: Readonly<Record<string, 'write' | 'append'>> = {
  writeFile: 'write',
  writeFileSync: 'write',
  outputFile: 'write',
  outputFileSync: 'write',
  writeTextFile: 'write',
  writeTextFileSync: 'write',
  write_file: 'write',
  appendFile: 'append',
  appendFileSync: 'append',
};
const RUNNERS = new Set(
  'exec_command shell shell_command exec execSync run system check_call check_output call Popen popen spawnSync'.split(
    ' ',
  ),
);

function readCall(findings: Findings, call: ScriptCall): void {
  const [first = null, second = null] = call.values;
  const writes = Object.hasOwn(WRITERS, call.name) ? WRITERS[call.name] : undefined;
  if (writes !== undefined) put(findings, { kind: writes, path: first, text: second, call });
  else if (call.name === 'apply_patch') readPatch(findings, call);
  else if (RUNNERS.has(call.name)) readCommand(findings, call);
  else readPython(findings, call);
}

function readPatch(findings: Findings, call: ScriptCall): void {
  const text = call.values[0] ?? call.members.get('patch') ?? call.members.get('input') ?? null;
  if (text !== null && holdsApplyPatch(text.text))
    findings.edits.push(...parseApplyPatch(text.text));
  else findings.isOpaque = true;
}

function readCommand(findings: Findings, call: ScriptCall): void {
  const text = call.members.get('cmd') ?? call.members.get('command') ?? call.values[0] ?? null;
  if (text === null) findings.isOpaque = true;
  else {
    const command = text.text.replaceAll('\0', ' ').replace(/^(?:ba|z)?sh -l?c /, '');
    findings.commands.push({ command, directory: call.members.get('workdir')?.text ?? '' });
    if (!text.isExact) findings.isOpaque = true;
  }
}

function readPython(findings: Findings, call: ScriptCall): void {
  const reader = Object.hasOwn(PYTHON, call.name) ? PYTHON[call.name] : undefined;
  (reader ?? readFileCall)(findings, call);
}

const writeText = (findings: Findings, call: ScriptCall): void =>
  put(findings, { kind: 'write', path: call.receiver, text: call.values[0] ?? null, call });

const PYTHON: Readonly<Record<string, (findings: Findings, call: ScriptCall) => void>> = {
  open: noteMode,
  write_text: writeText,
  write_bytes: writeText,
  write: readStreamWrite,
  writelines: readStreamWrite,
  replace: readReplace,
  sub: readReplace,
};

/** `f.write(x)` on what `open` gave; `Bun.write(path, x)`, `Deno` alike. `sys.stdout.write` has no path. */
function readStreamWrite(findings: Findings, call: ScriptCall): void {
  const [first = null, second = null] = call.values;
  if (call.receiver === null) {
    if (second !== null) put(findings, { kind: 'write', path: first, text: second, call });
    return;
  }
  const mode = findings.opened.get(call.receiver.text);
  if (mode === undefined) return;
  put(findings, {
    kind: mode === 'a' ? 'append' : 'write',
    path: call.receiver,
    text: first,
    call,
  });
  // what comes next goes behind it
  findings.opened.set(call.receiver.text, 'a');
}

/** `open(path, "w")`, or `Path(path).open("w")`. */
function noteMode(findings: Findings, call: ScriptCall): void {
  const [first = null, second = null] = call.values;
  const [path, mode] =
    call.receiver === null ? [first, call.members.get('mode') ?? second] : [call.receiver, first];
  if (path === null || mode === null || !/[wax+]/.test(mode.text)) return;
  findings.opened.set(path.text, mode.text.startsWith('a') ? 'a' : 'w');
}

function readReplace(findings: Findings, call: ScriptCall): void {
  const [before = null, after = null] = call.values;
  if (before !== null && after !== null && before.text !== '') {
    findings.replaced.push({ before: before.text, after: after.text });
  }
}

const DELETERS = /^(?:unlink|remove|rmtree|rm|rmSync|unlinkSync)$/;
const MOVERS = /^(?:rename|renameSync|move)$/;
const COPIERS = /^(?:copy|copy2|copyfile|copyFile|copyFileSync|cp|cpSync)$/;

function readFileCall(findings: Findings, call: ScriptCall): void {
  if (DELETERS.test(call.name)) readDelete(findings, call);
  else if (MOVERS.test(call.name)) readMove(findings, call);
  else if (COPIERS.test(call.name)) {
    const target = call.values[1];
    if (target !== null && target !== undefined) findings.paths.push(target.text);
  }
}

function readDelete(findings: Findings, call: ScriptCall): void {
  const path = call.values[0] ?? call.receiver;
  if (path !== null && path.isExact && path.text !== '') {
    findings.edits.push({ kind: 'delete', path: path.text });
  }
}

/** `os.rename(a, b)`, `Path(a).rename(b)`. */
function readMove(findings: Findings, call: ScriptCall): void {
  const [first = null, second = null] = call.values;
  const [from, to] = second === null ? [call.receiver, first] : [first, second];
  if (from !== null && to !== null) {
    findings.edits.push({ kind: 'rename', path: from.text, movedTo: to.text });
  }
}

interface Put {
  readonly kind: 'write' | 'append';
  readonly path: Value | null;
  readonly text: Value | null;
  readonly call: ScriptCall;
}

function put(findings: Findings, { kind, path, text, call }: Put): void {
  const named = path ?? call.members.get('path') ?? call.members.get('file_path') ?? null;
  const content = text ?? call.members.get('content') ?? null;
  if (named === null || !named.isExact) {
    findings.isOpaque = true;
    if (content !== null) findings.edits.push({ kind: 'snippet', path: null, text: content.text });
  } else if (content === null) findings.paths.push(named.text);
  else putShown(findings, { kind, path: named.text, content });
}

/** A text that is put together while the script runs, or put there again and again, is not the one that it shows. */
function putShown(
  findings: Findings,
  shown: { readonly kind: 'write' | 'append'; readonly path: string; readonly content: Value },
): void {
  const { path, content } = shown;
  if (!content.isExact || findings.isRepeating) findings.paths.push(path);
  const kind = content.isExact ? shown.kind : 'snippet';
  findings.edits.push({ kind, path, text: content.text });
}

/** Where content is not told, the literals of the script are what it can have put there. */
function addShown(findings: Findings, tokens: readonly Token[]): void {
  const only = new Set(findings.paths).size === 1 ? (findings.paths[0] ?? null) : null;
  const known = new Set(findings.edits.flatMap((edit) => ('text' in edit ? [edit.text] : [])));
  for (const { before, after } of findings.replaced) {
    known.add(before).add(after);
    if (only !== null) {
      findings.edits.push({ kind: 'replace', path: only, before, after, isAll: true });
    } else if (after.trim() !== '')
      findings.edits.push({ kind: 'snippet', path: null, text: after });
  }
  const shown = tokens.filter((token) => token.kind === 'string' && isBody(token.text));
  for (const { text } of shown) {
    if (!known.has(text)) findings.edits.push({ kind: 'snippet', path: only, text });
  }
}

/** More than one line, and not only blanks. */
const isBody = (text: string): boolean => text.includes('\n') && text.trim() !== '';
