// Tool call → edits, for any client: path with content, path with old and new text, lists of those, patches, commands.
import type { Edit } from '../model/edit.ts';
import { isObject, stringAt, type JsonObject } from '../model/json.ts';
import type { ToolCall } from '../model/wire.ts';
import { holdsApplyPatch, parseApplyPatch } from '../extract/apply-patch.ts';
import { holdsSearchReplace, parseSearchReplace } from '../extract/search-replace.ts';
import { findShellWrites } from '../extract/shell-writes.ts';
import { parseUnifiedDiff } from '../extract/unified-diff.ts';
import {
  COMMAND_KEYS,
  commandsOf,
  CONTENT_KEYS,
  directoryOf,
  firstString,
  INSERT_KEYS,
  isEditorVerb,
  isReadCall,
  keyOf,
  NEW_KEYS,
  OLD_KEYS,
  patchOf,
  PATH_KEYS,
} from './tool-shape.ts';

/** @returns edits in order; none for calls that only read or ask. */
export function editsOfCall(call: ToolCall): readonly Edit[] {
  const patch = patchOf(call);
  if (patch !== null) {
    const edits = editsOfPatch(patch, firstString(call.input, PATH_KEYS));
    if (edits.length > 0) return edits;
  }
  const { input } = call;
  if (isReadCall(call) || !isObject(input)) return [];
  const path = firstString(input, PATH_KEYS);
  if (path !== null) {
    const edits = isEditorVerb(input) ? editsOfVerb(input, path) : editsOfFields(call, input, path);
    if (edits.length > 0 || keyOf(input, COMMAND_KEYS) === null) return edits;
  }
  const directory = directoryOf(input);
  const commands = commandsOf(call).flatMap((command) => findShellWrites(command, directory));
  return commands.length > 0 ? commands : editsOfFiles(input);
}

function editsOfPatch(text: string, path: string | null): readonly Edit[] {
  if (holdsApplyPatch(text)) return parseApplyPatch(text);
  if (holdsSearchReplace(text)) return parseSearchReplace(text, path);
  return parseUnifiedDiff(text);
}

/** `command: create | str_replace | insert` beside a path. */
function editsOfVerb(input: JsonObject, path: string): readonly Edit[] {
  switch (stringAt(input, 'command') ?? '') {
    case 'create':
    case 'write':
      return writeOf(path, firstString(input, CONTENT_KEYS));
    case 'str_replace':
    case 'edit':
      return replacesOf(path, input);
    case 'insert': {
      const text = firstString(input, INSERT_KEYS);
      return text === null ? [] : [{ kind: 'insert', path, text }];
    }
    case 'delete':
      return [{ kind: 'delete', path }];
    default:
      return [];
  }
}

const writeOf = (path: string, text: string | null): readonly Edit[] =>
  text === null ? [] : [{ kind: 'write', path, text }];

function editsOfFields(call: ToolCall, input: JsonObject, path: string): readonly Edit[] {
  const replaces = replacesOf(path, input);
  if (replaces.length > 0) return replaces;
  const isInsert =
    'insert_line' in input || 'insertLine' in input || /insert|notebook/i.test(call.name);
  const text = firstString(input, isInsert ? INSERT_KEYS : CONTENT_KEYS);
  return text === null
    ? editsOfPlaces(call, input, path)
    : [{ kind: textKind(call, isInsert || 'code_edit' in input), path, text }];
}

/** A notebook's cell stands quoted inside the file; a sketch (`code_edit`) leaves out what stays. */
const textKind = (call: ToolCall, isInsert: boolean): 'write' | 'append' | 'insert' =>
  isInsert ? 'insert' : /append/i.test(call.name) ? 'append' : 'write';

/** Moves and deletions: paths and nothing else. */
function editsOfPlaces(call: ToolCall, input: JsonObject, path: string): readonly Edit[] {
  const movedTo = firstString(input, ['new_path', 'newPath', 'destination', 'target_path']);
  if (movedTo !== null) return [{ kind: 'rename', path, movedTo }];
  return /(?:^|_)(?:delete|remove)(?:_file)?$/i.test(call.name) ? [{ kind: 'delete', path }] : [];
}

/** One replacement in the call itself, or a list of them under `edits` or the like. */
function replacesOf(path: string, input: JsonObject): readonly Edit[] {
  const one = replaceOf(path, input, input);
  if (one !== null) return [one];
  for (const key of ['edits', 'replacements', 'changes', 'ReplacementChunks']) {
    const list = input[key];
    if (!Array.isArray(list)) continue;
    const edits = list.flatMap((item) => replaceOf(path, item, input) ?? []);
    if (edits.length > 0) return edits;
  }
  return [];
}

function replaceOf(path: string, item: unknown, call: JsonObject): Edit | null {
  const before = firstString(item, OLD_KEYS);
  const after = firstString(item, NEW_KEYS);
  if (before === null || after === null) return null;
  // an empty old text: a new file, in every client that allows it
  if (before === '') return { kind: 'write', path, text: after };
  return { kind: 'replace', path, before, after, isAll: isAll(item) || isAll(call) };
}

const isAll = (input: unknown): boolean =>
  isObject(input) &&
  ['replace_all', 'replaceAll', 'allow_multiple'].some(
    (key) => input[key] === true || input[key] === 'true',
  );

/** `files: [{path, content}]` of tools that write several at once. */
function editsOfFiles(input: JsonObject): readonly Edit[] {
  const list = ['files', 'edits', 'operations', 'replacements']
    .map((key) => input[key])
    .find(Array.isArray);
  if (list === undefined) return [];
  return list.flatMap((item: unknown) => {
    const path = firstString(item, PATH_KEYS);
    if (path === null || !isObject(item)) return [];
    const replaces = replacesOf(path, item);
    return replaces.length > 0 ? replaces : writeOf(path, firstString(item, CONTENT_KEYS));
  });
}
