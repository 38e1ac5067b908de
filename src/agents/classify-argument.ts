// What a string in a tool call's arguments is for: a secret may be masked in what is written, not in what must match
// something or runs.
import {
  COMMAND_KEYS,
  CONTENT_KEYS,
  INSERT_KEYS,
  NEW_KEYS,
  OLD_KEYS,
  PATCH_KEYS,
  SHELL_NAME,
} from './tool-shape.ts';

export type ArgumentUse = 'written' | 'matched' | 'run' | 'other';

const WRITTEN: ReadonlySet<string> = new Set([
  ...CONTENT_KEYS,
  ...NEW_KEYS,
  ...INSERT_KEYS,
  ...PATCH_KEYS,
]);
const MATCHED: ReadonlySet<string> = new Set(OLD_KEYS);
const RUN: ReadonlySet<string> = new Set([...COMMAND_KEYS, 'code', 'args', 'argv']);

/**
 * @param tool the tool's name, null where not known yet.
 * @param pointer keys that lead to the string, outermost first; null or empty for input that is not JSON.
 * @returns for a whole argument. A patch is `written` and a command `run` as a whole; src/agents/classify-place.ts says
 *   which parts of such a text are what.
 */
export function classifyArgument(
  tool: string | null,
  pointer: readonly (string | number)[] | null,
): ArgumentUse {
  const keys = (pointer ?? []).filter((key) => typeof key === 'string');
  const last = keys.at(-1);
  if (last === undefined) return classifyFreeform(tool);
  // the editor tool's verb is no command, but nothing is lost by leaving it alone either
  if (RUN.has(last) || (last === 'input' && SHELL_NAME.test(tool ?? ''))) return 'run';
  if (MATCHED.has(last)) return 'matched';
  return WRITTEN.has(last) ? 'written' : 'other';
}

/** Codex' two free-form tools: a patch, and a program. */
const classifyFreeform = (tool: string | null): ArgumentUse =>
  /patch/i.test(tool ?? '') ? 'written' : SHELL_NAME.test(tool ?? '') ? 'run' : 'other';
