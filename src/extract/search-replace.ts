// Search-and-replace blocks, Aider's and Cline's forms. Aider writes the path on the line above the block (and often a
// fence in between), Cline gives it in the call.
//
//   <<<<<<< SEARCH        or  ------- SEARCH
//   old lines
//   =======
//   new lines
//   >>>>>>> REPLACE       or  +++++++ REPLACE
import type { Edit } from '../model/edit.ts';

const OPEN = /^(?:<{5,9}|-{5,9}) ?SEARCH>?\s*$/;
const DIVIDE = /^={5,9}\s*$/;
const CLOSE = /^(?:>{5,9}|\+{5,9}) ?REPLACE>?\s*$/;
const FENCE = /^\s*(?:`{3,}|~{3,})/;

export const holdsSearchReplace = (text: string): boolean =>
  /^(?:<{5,9}|-{5,9}) ?SEARCH/m.test(text);

interface Block {
  readonly path: string | null;
  readonly before: string[];
  readonly after: string[];
  isDivided: boolean;
}

/**
 * @param path what the call names; null: the line above each block names it, and a block without one goes on in the
 *   file of the block before.
 * @returns replacements in order; an empty search writes a new file. Incomplete blocks are left out.
 * @throws never.
 */
export function parseSearchReplace(text: string, path: string | null): readonly Edit[] {
  const edits: Edit[] = [];
  let open: Block | null = null;
  let lead: string | null = path;
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (open === null) {
      if (OPEN.test(line)) open = { path: path ?? lead, before: [], after: [], isDivided: false };
      else lead = pathOf(line) ?? lead;
    } else if (readLine(open, line)) {
      edits.push(...toEdits(open));
      open = null;
    }
  }
  return edits;
}

/** @returns true where the line ends the block. */
function readLine(block: Block, line: string): boolean {
  if (CLOSE.test(line) && block.isDivided) return true;
  if (DIVIDE.test(line) && !block.isDivided) block.isDivided = true;
  else (block.isDivided ? block.after : block.before).push(line);
  return false;
}

/** A line that is nothing but a file name, perhaps dressed as a heading or in backticks. */
function pathOf(line: string): string | null {
  if (FENCE.test(line)) return null;
  const bare = line
    .trim()
    .replace(/^[#*`\s]+/, '')
    .replace(/[*`:\s]+$/, '');
  return /^[^\s<>|]+$/.test(bare) ? bare : null;
}

function toEdits(block: Block): readonly Edit[] {
  if (block.path === null) return [];
  const before = joinLines(block.before);
  const after = joinLines(block.after);
  if (before.trim() === '') return [{ kind: 'write', path: block.path, text: after }];
  return [{ kind: 'replace', path: block.path, before, after, isAll: false }];
}

const joinLines = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
