// Did a tool call write what it said? Some clients set a flag, some only say it in words.
import type { Outcome } from '../model/edit.ts';
import { isObject, isString, numberAt, objectAt, parseJson, stringAt } from '../model/json.ts';
import type { ToolCall, ToolResult } from '../model/wire.ts';
import { isShellCall, patchOf, SHELL_NAME } from './tool-shape.ts';

/** A person or a rule said no: nothing ran, whatever the tool. Read at the start of the text only. */
const REFUSED =
  /^\W{0,4}(?:the user (?:doesn['’]t want|does not want|rejected|denied|declined)|claude requested permissions|permission (?:to use|denied because)|permission for this|patch rejected|user (?:denied|rejected|declined|cancell?ed)|\[operation cancelled\]|operation cancelled by user|tool (?:use|call|execution) (?:was )?(?:rejected|denied|cancell?ed|declined)|rejected by user|this tool call was (?:rejected|denied)|exec(?:ution)? (?:denied|rejected)|blocked by (?:policy|hook|aitrail)|aitrail (?:refused|blocked))/i;

/** The tool itself could not: an edit that found nothing to replace, a patch that did not fit. */
const FAILED =
  /^\W{0,4}(?:<tool_use_error>|error\b|failed\b|script failed|no match found|could not find|string (?:to replace )?not found|old_str(?:ing)? (?:was )?not found|oldstring not found|found \d+ (?:matches|occurrences)|multiple matches|no changes (?:made|to apply)|file (?:has not been read|does not exist|not found|already exists)|path (?:already exists|does not exist)|parent (?:directory|path) .{0,300}not exist|invalid (?:patch|arguments|input)|edit failed|unknown tool|apply_patch (?:verification )?failed|the tool call failed|inputvalidationerror|enoent|eacces|eisdir)/i;

const INTERRUPTED = /^\W{0,4}(?:aborted by user|\[request interrupted)/i;
const PATCH_FAILED =
  /apply_patch verification failed|patch rejected:|Failed to (?:find (?:expected lines|context)|read file to update)|Invalid patch/;
const EXIT =
  /(?:^|\n)\W{0,3}(?:exit code:?|process exited with code|<?shellId: \S+ completed with exit code) ?(\d+)/i;

/**
 * @param call null where the history does not hold it (a socket that sends only what is new).
 * @returns `rejected`: nothing was written; `unknown`: a command that failed may have written before it did, and so may
 *   one that was interrupted. The working tree decides then.
 * @throws never.
 */
export function judgeResult(
  _agent: string | null,
  call: ToolCall | null,
  result: ToolResult,
): Outcome {
  const { text, exitCode } = unwrap(result.text);
  const head = text.slice(0, 2000).trimStart();
  if (REFUSED.test(head) || hasPatchFailed(call, text)) return 'rejected';
  const code = exitCode ?? exitOf(head);
  const hasFailed = result.isError === true || code > 0 || INTERRUPTED.test(head);
  if (isShell(call, result)) return hasFailed ? 'unknown' : 'accepted';
  return hasFailed || hasSaidNo(head) ? 'rejected' : 'accepted';
}

/** Patches also travel inside shell commands and programs; one that does not fit changes nothing. */
const hasPatchFailed = (call: ToolCall | null, text: string): boolean =>
  PATCH_FAILED.test(text.slice(0, 20_000)) && isPatchCall(call);

/** A result whose call nobody knows may be a command's: its failure says little then. */
const isShell = (call: ToolCall | null, result: ToolResult): boolean =>
  call === null ? SHELL_NAME.test(result.name ?? 'shell') : isShellCall(call);

const hasSaidNo = (head: string): boolean => FAILED.test(head) && !/^\W{0,4}success/i.test(head);

const isPatchCall = (call: ToolCall | null): boolean =>
  call === null ||
  patchOf(call) !== null ||
  (typeof call.input === 'string' ? call.input : (JSON.stringify(call.input) ?? '')).includes(
    '*** Begin Patch',
  );

/** 0 where the text names none. */
const exitOf = (text: string): number => Number(EXIT.exec(text)?.[1] ?? '0');

interface Said {
  readonly text: string;
  readonly exitCode: number | null;
}

/** Codex: `{"output": …, "metadata": {"exit_code": 1}}`; Cline: `{"query", "result", "success"}`; others plain text. */
function unwrap(text: string): Said {
  const parsed = /^[{[]/.test(text) ? parseJson(text) : undefined;
  const entry: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const output = ['output', 'result', 'error'].map((key) => stringAt(entry, key)).find(isString);
  if (output === undefined) return { text, exitCode: null };
  const isFailed = isObject(entry) && entry['success'] === false;
  const code = numberAt(objectAt(entry, 'metadata'), 'exit_code') ?? numberAt(entry, 'exit_code');
  return { text: output, exitCode: code ?? (isFailed ? 1 : null) };
}
