// One line on a terminal that says how far long work has come. In a pipe there is none, and none of what is soon done.
import type { OptionSpec } from './command.ts';

/** @param text in place of the one before; empty: done. @param isLong is it known to take long? Then it is shown at once. */
export type Progress = (text: string, isLong?: boolean) => void;

export const PROGRESS_OPTION: OptionSpec = {
  flags: '--no-progress',
  description: 'do not show on a terminal how far it has come',
};

/** Whoever waits less wonders about nothing. */
const PATIENCE_MS = 1000;
/** Eyes follow no faster, and a terminal far away not even that. */
const PAUSE_MS = 100;
const CLEAR = '\r\u001B[K';

interface Line {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export function openProgress(stream: Line): Progress {
  if (stream.isTTY !== true) return () => undefined;
  let latest = '';
  let isShown = false;
  let nextAtMs = 0;
  let timer: NodeJS.Timeout | null = null;
  const show = (): void => {
    isShown = true;
    nextAtMs = Date.now() + PAUSE_MS;
    // a line that wraps could not be taken back
    stream.write(`${CLEAR}${`${latest} …`.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  const end = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (isShown) stream.write(CLEAR);
    isShown = false;
  };
  return (text, isLong = false) => {
    latest = text;
    if (text === '') {
      end();
      return;
    }
    if (timer === null) {
      // work that lets the loop turn may say nothing for a while
      timer = setTimeout(show, PATIENCE_MS).unref();
      nextAtMs = Date.now() + PATIENCE_MS;
    }
    if (isLong || Date.now() >= nextAtMs) show();
  };
}

/** A disk writes about so much in the time that people wait without wondering. */
const COPY_BYTES = 67_108_864;

export const isLongCopy = (bytes: number): boolean => bytes > COPY_BYTES;

export const percent = (done: number, all: number): string =>
  `${String(all === 0 ? 100 : Math.floor((100 * done) / all))}%`;
