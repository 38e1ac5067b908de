// Where the exchanges of a session stand on its time line.
import type { Exchange } from '../model/session.ts';

export const STRIP_WIDTH = 1000;
const PAUSE_MS_MAX = 20_000;
const BAR_MIN = 2;

interface Stretch {
  readonly exchange: Exchange;
  /** In a strip of width 1000. */
  readonly x: number;
  readonly width: number;
  /** A pause before it that is drawn shorter than it was; ms. */
  readonly pauseMs: number | null;
}

/** @returns one stretch for each exchange, from left to right. */
export function layOut(exchanges: readonly Exchange[]): readonly Stretch[] {
  const spans: { exchange: Exchange; startMs: number; lengthMs: number; pauseMs: number | null }[] =
    [];
  let atMs = 0;
  let endMs: number | null = null;
  for (const exchange of exchanges) {
    const { startedAtMs, endedAtMs } = exchange;
    const pause = endMs === null ? 0 : Math.max(0, startedAtMs - endMs);
    const lengthMs = Math.max(200, (endedAtMs ?? startedAtMs) - startedAtMs);
    atMs += Math.min(pause, PAUSE_MS_MAX);
    spans.push({ exchange, startMs: atMs, lengthMs, pauseMs: pause > PAUSE_MS_MAX ? pause : null });
    atMs += lengthMs;
    endMs = Math.max(endMs ?? 0, startedAtMs + lengthMs);
  }
  const scale = atMs === 0 ? 0 : STRIP_WIDTH / atMs;
  return spans.map(({ exchange, startMs, lengthMs, pauseMs }) => ({
    exchange,
    x: startMs * scale,
    width: Math.max(BAR_MIN, lengthMs * scale),
    pauseMs,
  }));
}
