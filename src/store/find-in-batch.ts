// Finds texts in many recorded pieces that lie one after the other: almost always the whole of them is told to hold nothing
// in one pass, and only a piece that may hold something is looked at by itself.
import { openAnyFinder } from '../model/find-any.ts';
import { openFormFinder } from './find-forms.ts';
import { openSplitLook } from './split-look.ts';

export interface BatchPiece {
  /** Number of its row. */
  readonly row: number;
  readonly bytes: number;
  /** Is it a whole reply, in which a text may be cut over events? */
  readonly isReply: boolean;
}

export interface BatchHit {
  readonly row: number;
  /** Indexes of the forms that it holds. */
  readonly forms: readonly number[];
}

/** @param bytes of all pieces, in order. */
export type BatchFinder = (bytes: Buffer, pieces: readonly BatchPiece[]) => readonly BatchHit[];

const ESCAPES = ['\\u', '\\/'];

/** @param forms none of them empty. */
export function openBatchFinder(forms: readonly string[]): BatchFinder {
  const findAny = openAnyFinder(forms.map((form) => Buffer.from(form)));
  const find = openFormFinder(forms);
  const mayBeSplit = openSplitLook(forms);
  const mayBeEscaped = forms.some((form) => /\W/.test(form));
  return (bytes, pieces) => {
    let isAny = mayBeEscaped && ESCAPES.some((escape) => bytes.includes(escape));
    findAny(bytes, () => {
      isAny = true;
    });
    let from = 0;
    return pieces.flatMap(({ row, bytes: length, isReply }): readonly BatchHit[] => {
      const to = from + length;
      const piece = [from, to] as const;
      from = to;
      if (!isAny && !(isReply && mayBeSplit(bytes, ...piece))) return [];
      const held = find([bytes.subarray(...piece)], isReply);
      return held.length > 0 ? [{ row, forms: held }] : [];
    });
  };
}
