// What one place in a tool call's arguments is for: `classifyArgument` for a whole argument, refined inside patches,
// commands and programs.
import { useInPatch, useInScript, useInShell } from '../extract/text-use.ts';
import { holdsApplyPatch } from '../extract/apply-patch.ts';
import { type ArgumentUse, classifyArgument } from './classify-argument.ts';
import { PATCH_KEYS } from './tool-shape.ts';

interface ArgumentPlace {
  readonly tool: string | null;
  /** Keys that lead to the string; null or empty for input that is not JSON. */
  readonly pointer: readonly (string | number)[] | null;
  /** The argument's decoded text, as much of it as is known. */
  readonly text: string;
  /** UTF-16 units into `text`. */
  readonly offset: number;
}

const PATCHES: ReadonlySet<string> = new Set(PATCH_KEYS);

/**
 * @returns for text that is cut short: what the part that is known says. A patch or a here-document can be told as it
 *   arrives; `echo … > f` only once its end is there.
 * @throws never.
 */
export function classifyPlace({ tool, pointer, text, offset }: ArgumentPlace): ArgumentUse {
  const use = classifyArgument(tool, pointer);
  const key = (pointer ?? []).findLast((step) => typeof step === 'string') ?? null;
  if (use === 'written') return isPatch(key, text) ? useInPatch(text, offset) : use;
  if (use !== 'run') return use;
  // code mode: the program is the whole input
  return key === null || key === 'input'
    ? useInScript(text, offset, 'javascript')
    : useInShell(text, offset);
}

const isPatch = (key: string | number | null, text: string): boolean =>
  (key === null || PATCHES.has(String(key))) &&
  (holdsApplyPatch(text) || /^(?:--- |diff --git |(?:<{5,9}|-{5,9}) ?SEARCH)/m.test(text));
