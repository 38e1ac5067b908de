// An edit without its text: each line as its keyed tokens. It is found, applied and told from others as before.
import type { Edit } from '../model/edit.ts';
import { mayWriteSources } from './command-effects.ts';
import { formatSealed } from './sealed-line.ts';
import { splitLines, type Tokenizer } from './tokens.ts';

/** Of a command nothing is kept but whether it may write sources: an unknown program may. */
const UNKNOWN_COMMAND = '(not-kept)';

export function sealEdit(edit: Edit, tokenizer: Tokenizer): Edit {
  const seal = (text: string): string => sealText(text, tokenizer);
  if ('text' in edit) return { ...edit, text: seal(edit.text) };
  switch (edit.kind) {
    case 'replace':
      return { ...edit, before: seal(edit.before), after: seal(edit.after) };
    case 'patch':
      return {
        ...edit,
        hunks: edit.hunks.map((hunk) => hunk.map((line) => ({ ...line, text: seal(line.text) }))),
      };
    case 'command':
      return { ...edit, command: mayWriteSources(edit.command) ? UNKNOWN_COMMAND : '' };
    case 'delete':
    case 'rename':
      return edit;
  }
}

/** As many lines as before. */
function sealText(text: string, tokenizer: Tokenizer): string {
  const lines = splitLines(text).map((line) =>
    // a blank at the end of a text is a line, nothing is none
    line === '' ? '' : formatSealed(tokenizer.tokenize(line).tokens) || ' ',
  );
  return `${lines.join('\n')}${text.endsWith('\n') ? '\n' : ''}`;
}
