// Tool calls written as elements in plain text, the form of clients that use no tool interface of the provider (older
// Cline, Roo Code):
//
//   <write_to_file><path>a.ts</path><content>…</content></write_to_file>
//   <replace_in_file><path>a.ts</path><diff>------- SEARCH …</diff></replace_in_file>
//   <execute_command><command>npm test</command></execute_command>
import type { Edit } from '../model/edit.ts';
import { parseSearchReplace } from './search-replace.ts';
import { findShellWrites } from './shell-writes.ts';

const OPEN = /<(write_to_file|replace_in_file|apply_diff|insert_content|execute_command)>/g;

export const holdsToolElements = (text: string): boolean => text.search(OPEN) >= 0;

/**
 * @returns edits in order; an element without its end is left out, because the client does not run it.
 * @throws never.
 */
export function parseToolElements(text: string): readonly Edit[] {
  const edits: Edit[] = [];
  let at = 0;
  for (const match of text.matchAll(OPEN)) {
    const name = match[1] ?? '';
    // an element inside the content of another is text
    if (match.index < at) continue;
    const start = match.index + match[0].length;
    const end = text.indexOf(`</${name}>`, start);
    if (end < 0) break;
    edits.push(...editsOf(name, text.slice(start, end)));
    at = end;
  }
  return edits;
}

function editsOf(name: string, body: string): readonly Edit[] {
  if (name === 'execute_command') {
    return findShellWrites(child(body, 'command') ?? '', child(body, 'cwd') ?? '');
  }
  const path = (child(body, 'path') ?? '').trim();
  const text = child(body, 'content') ?? child(body, 'diff');
  return path === '' || text === null ? [] : editsOfFile(name, path, text);
}

function editsOfFile(name: string, path: string, text: string): readonly Edit[] {
  if (name === 'write_to_file') return [{ kind: 'write', path, text: dropFirstFeed(text) }];
  if (name === 'insert_content') return [{ kind: 'insert', path, text: dropFirstFeed(text) }];
  return parseSearchReplace(text, path);
}

/** Up to the last closing tag: content may hold the same tag. */
function child(body: string, name: string): string | null {
  const start = body.indexOf(`<${name}>`);
  const end = body.lastIndexOf(`</${name}>`);
  return start < 0 || end < start ? null : body.slice(start + name.length + 2, end);
}

/** The line feed behind the opening tag is layout; the last one ends the file's last line. */
const dropFirstFeed = (text: string): string => text.replace(/^\r?\n/, '');
