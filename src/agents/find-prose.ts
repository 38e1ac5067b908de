// What a model said besides code, in an answer that ends a turn: a text that a person may paste into a file.
import type { Block } from '../model/wire.ts';

const FENCED = /^[ \t]*(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?^[ \t]*\1[`~]*[ \t]*$|[\s\S]*)/gm;
/** Shorter ones ("Done, the tests pass.") are said again and again. */
const CHARS_MIN = 80;
const CHARS_MAX = 32_000;

/** @returns null where the reply goes on with tools, or says too little to be found again. */
export function findProse(blocks: readonly Block[]): string | null {
  if (blocks.some((block) => block.kind === 'tool-call')) return null;
  const text = blocks
    .map((block) => (block.kind === 'text' && block.isCode !== true ? block.text : ''))
    .join('\n')
    .replaceAll(FENCED, '')
    .trim();
  return text.length >= CHARS_MIN && text.length <= CHARS_MAX ? text : null;
}
