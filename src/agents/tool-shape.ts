// What a tool call does, told by the shape of its arguments: the same few shapes under many names. Names decide only
// where a shape is not enough.
import { isObject, isString, stringAt, type JsonObject } from '../model/json.ts';
import type { ToolCall } from '../model/wire.ts';
import { holdsApplyPatch } from '../extract/apply-patch.ts';

export const PATH_KEYS = [
  'file_path',
  'filePath',
  'path',
  'absolute_path',
  'absolutePath',
  'notebook_path',
  'notebookPath',
  'target_file',
  'TargetFile',
  'file',
  'filename',
  'relative_path',
  'uri',
] as const;
export const CONTENT_KEYS = [
  'content',
  'contents',
  'file_text',
  'fileText',
  'code_edit',
  'CodeContent',
  'new_source',
  'text',
] as const;
export const OLD_KEYS = [
  'old_string',
  'oldString',
  'old_str',
  'oldStr',
  'oldText',
  'old_text',
  'old_content',
  'search',
  'SEARCH',
] as const;
export const NEW_KEYS = [
  'new_string',
  'newString',
  'new_str',
  'newStr',
  'newText',
  'new_text',
  'new_content',
  'replace',
  'replacement',
  'REPLACE',
] as const;
export const PATCH_KEYS = ['patchText', 'patch_text', 'patch', 'diff', 'input'] as const;
export const COMMAND_KEYS = [
  'command',
  'cmd',
  'commands',
  'script',
  'shell_command',
  'CommandLine',
] as const;
export const INSERT_KEYS = [
  'insert_text',
  'insertText',
  'new_str',
  'new_source',
  'text',
  'content',
] as const;
const DIRECTORY_KEYS = [
  'workdir',
  'cwd',
  'directory',
  'working_directory',
  'dir_path',
  'Cwd',
] as const;

export const keyOf = (input: unknown, keys: readonly string[]): string | null => {
  if (!isObject(input)) return null;
  return keys.find((key) => isString(input[key])) ?? null;
};

export const firstString = (input: unknown, keys: readonly string[]): string | null => {
  const key = keyOf(input, keys);
  return key === null ? null : stringAt(input, key);
};

export const directoryOf = (input: unknown): string => firstString(input, DIRECTORY_KEYS) ?? '';

/** One command or an argv; `commands: […]` of several is handled by the caller. */
type CommandLine = string | readonly string[];

/** @returns the shell commands that a call runs, none where it is no shell call. */
export function commandsOf(call: ToolCall): readonly CommandLine[] {
  const { input, name } = call;
  if (!isObject(input)) return [];
  if (isEditorVerb(input)) return [];
  const key = COMMAND_KEYS.find((one) => isString(input[one]) || Array.isArray(input[one]));
  if (key === undefined || (key === 'script' && !SHELL_NAME.test(name))) return [];
  const value = input[key];
  if (isString(value)) return [value];
  if (!Array.isArray(value)) return [];
  const words = value.filter(isString);
  if (key !== 'commands') return [words];
  return words.length > 0 ? words : value.flatMap((item) => firstString(item, ['command']) ?? []);
}

export const SHELL_NAME = /bash|shell|exec|terminal|command|run|cmd|powershell/i;

export const isShellCall = (call: ToolCall): boolean =>
  commandsOf(call).length > 0 || (isString(call.input) && SHELL_NAME.test(call.name));

/** The editor tool of Anthropic's API: its `command` is a verb, not a shell command. */
export const isEditorVerb = (input: JsonObject): boolean =>
  keyOf(input, PATH_KEYS) !== null &&
  /^(?:view|create|str_replace|insert|undo_edit|delete|rename|edit|write)$/.test(
    stringAt(input, 'command') ?? '',
  );

/** The text of a patch that a call carries, whatever the key. */
export function patchOf(call: ToolCall): string | null {
  const text = isString(call.input) ? call.input : firstString(call.input, PATCH_KEYS);
  if (text === null) return null;
  return holdsApplyPatch(text) || /patch|diff|replace_in_file/i.test(call.name) ? text : null;
}

const READ_NAME =
  /^(?:.*[_.:-])?(?:read(?:_?(?:many_?)?files?)?|view(?:_file)?|cat|open_file|get_file_contents|notebook_?read)$/i;

/** Does the call show a file and nothing else? */
export function isReadCall(call: ToolCall): boolean {
  if (stringAt(call.input, 'command') === 'view') return true;
  return READ_NAME.test(call.name) && firstString(call.input, CONTENT_KEYS) === null;
}
