// An edit without a file to put it into.
import type { Edit } from '../model/edit.ts';
import { cutLines } from './lines.ts';
import { explainOpen, type ExplainOptions } from './explain.ts';
import type { Tokenizer } from './tokens.ts';
import {
  BASE,
  carryOver,
  emptyDraft,
  makeVersion,
  settle,
  type Draft,
  type SourceText,
  type Version,
} from './version.ts';

export interface Writer {
  readonly author: number;
  /** What a person had given to the model before it wrote: lines that it repeats are not its own. */
  readonly listTold?: () => readonly SourceText[];
}

/** A signature or a name that the person asked for is the model's line all the same. */
const REPEATED: ExplainOptions = { leastRun: 16, isRare: true, isWhole: true };

/** Gives what is still open to the model, but for what it only repeats. */
export function settleWritten(draft: Draft, { author, listTold }: Writer): Version {
  if (listTold !== undefined) explainOpen(draft, listTold, REPEATED);
  return settle(draft, author);
}

/**
 * An edit by itself: what it replaced was there before, the rest is its author's.
 *
 * @returns null where it holds no text of a model's.
 */
export function versionOfEdit(edit: Edit, writer: Writer, tokenizer: Tokenizer): Version | null {
  if (edit.kind === 'told' && edit.by === 'person') return null;
  if ('text' in edit)
    return settleWritten(emptyDraft(cutLines(tokenizer.tokenize(edit.text))), writer);
  switch (edit.kind) {
    case 'replace':
      return stepVersion(tokenizer, [edit.before, edit.after], writer);
    case 'patch': {
      const side = (dropped: '-' | '+'): string =>
        edit.hunks
          .flatMap((hunk) => hunk.filter((line) => line.mark !== dropped))
          .map((line) => `${line.text}\n`)
          .join('');
      return stepVersion(tokenizer, [side('+'), side('-')], writer);
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
  writer: Writer,
): Version {
  const base = makeVersion(tokenizer.tokenize(before), BASE);
  return settleWritten(carryOver(base, tokenizer.tokenize(after), writer.author), writer);
}
