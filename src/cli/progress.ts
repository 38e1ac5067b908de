// One line on a terminal that says how far long work has come. In a pipe there is none.

/** Eyes follow no faster, and a terminal far away not even that. */
const PAUSE_MS = 100;
const CLEAR = '\r\u001B[K';

interface Line {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** @returns shows a text in place of the one before; an empty one takes it away. */
export function openProgress(stream: Line): (text: string) => void {
  if (stream.isTTY !== true) return () => undefined;
  let shownAtMs = 0;
  return (text) => {
    if (text === '') {
      if (shownAtMs > 0) stream.write(CLEAR);
      shownAtMs = 0;
      return;
    }
    const nowMs = Date.now();
    if (nowMs - shownAtMs < PAUSE_MS) return;
    shownAtMs = nowMs;
    // a line that wraps could not be taken back
    stream.write(`${CLEAR}${`${text} …`.slice(0, (stream.columns ?? 80) - 1)}`);
  };
}

export const percent = (done: number, all: number): string =>
  `${String(all === 0 ? 100 : Math.floor((100 * done) / all))}%`;
