// Notes as `git fast-import` reads them: whoever gets the stream has the ref, in whatever fan-out it stands there.

export interface StreamedNote {
  readonly commit: string;
  readonly text: string;
}

export interface StreamPlace {
  readonly ref: string;
  /** Subject of the notes commit. */
  readonly message: string;
  /** Seconds since the epoch: the same notes give the same stream. */
  readonly atSeconds: number;
  /** Go on from the ref as the reader has it, or begin it. */
  readonly isGrowing: boolean;
}

/** @returns a stream of one notes commit. */
export function formatNotesStream(
  notes: readonly StreamedNote[],
  { ref, message, atSeconds, isGrowing }: StreamPlace,
): string {
  return [
    // whoever reads half of it keeps nothing
    'feature done\n',
    `commit ${ref}\ncommitter aitrail <aitrail@local> ${String(atSeconds)} +0000\n${dataOf(message)}`,
    isGrowing ? `from ${ref}^0\n` : '',
    ...notes.map(({ commit, text }) => `N inline ${commit}\n${dataOf(text)}`),
    'done\n',
  ].join('');
}

const dataOf = (text: string): string => `data ${String(Buffer.byteLength(text))}\n${text}\n`;
