// An edit without a file to put it into.
import type { Edit } from '../model/edit.ts';
import type { Tokenizer } from './tokens.ts';
import { BASE, carryOver, makeVersion, settle, type Version } from './version.ts';

/**
 * An edit by itself: what it replaced was there before, the rest is its author's.
 *
 * @returns null where it holds no text.
 */
export function versionOfEdit(edit: Edit, author: number, tokenizer: Tokenizer): Version | null {
  switch (edit.kind) {
    case 'write':
    case 'append':
    case 'insert':
    case 'snippet':
      return makeVersion(tokenizer.tokenize(edit.text), author);
    case 'replace':
      return stepVersion(tokenizer, [edit.before, edit.after], author);
    case 'patch': {
      const side = (dropped: '-' | '+'): string =>
        edit.hunks
          .flatMap((hunk) => hunk.filter((line) => line.mark !== dropped))
          .map((line) => `${line.text}\n`)
          .join('');
      return stepVersion(tokenizer, [side('+'), side('-')], author);
    }
    case 'delete':
    case 'rename':
    case 'command':
      return null;
  }
}

function stepVersion(
  tokenizer: Tokenizer,
  [before, after]: readonly [string, string],
  author: number,
): Version {
  const base = makeVersion(tokenizer.tokenize(before), BASE);
  return settle(carryOver(base, tokenizer.tokenize(after), author), author);
}
