// The session as a strip: when the model worked, how long, and where something was masked or went wrong. Pauses are drawn
// short, so that an evening's work is not a few dots at both ends.
import type { VNode } from 'preact';
import type { Exchange, Session } from '../model/session.ts';
import { markOf } from './agent-mark.tsx';
import { minuteOf, secondOf, spanOf } from './words.ts';

const WIDTH = 1000;
const HEIGHT = 44;
const PAUSE_MS_MAX = 20_000;
const BAR_MIN = 2;

export interface Stretch {
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
  const scale = atMs === 0 ? 0 : WIDTH / atMs;
  return spans.map(({ exchange, startMs, lengthMs, pauseMs }) => ({
    exchange,
    x: startMs * scale,
    width: Math.max(BAR_MIN, lengthMs * scale),
    pauseMs,
  }));
}

interface TimeLineProps {
  readonly session: Session;
  readonly exchanges: readonly Exchange[];
  /** Id of the exchange that the reader is at. */
  readonly current: string | null;
  readonly onPick: (exchange: string) => void;
}

export function TimeLine({ session, exchanges, current, onPick }: TimeLineProps): VNode {
  const stretches = layOut(exchanges);
  const tokens = Math.max(1, ...exchanges.map(outOf));
  const tone = `tone-${String(markOf(session.agent).tone)}`;
  return (
    <figure class="time-line">
      <svg
        viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`time line of ${String(exchanges.length)} exchanges; j and k step through them`}
      >
        <line x1="0" x2={WIDTH} y1={HEIGHT - 1} y2={HEIGHT - 1} class="axis" />
        {stretches.map(({ exchange, x, width, pauseMs }) => {
          const height = 6 + 28 * Math.sqrt(outOf(exchange) / tokens);
          return (
            <g
              class={`work ${tone}${exchange.id === current ? ' current' : ''}`}
              onClick={() => onPick(exchange.id)}
            >
              <title>{titleOf(exchange)}</title>
              <rect x={x} y="0" width={width} height={HEIGHT} class="reach" />
              <rect x={x} y={HEIGHT - 1 - height} width={Math.max(1, width - 1)} height={height} />
              {exchange.masks.length > 0 || exchange.outcome !== 'ok' ? (
                <rect
                  x={x}
                  y="0"
                  width={Math.max(3, Math.min(6, width))}
                  height="6"
                  class="alert"
                />
              ) : null}
              {pauseMs === null ? null : (
                <line x1={x - 2} x2={x - 2} y1="8" y2={HEIGHT} class="pause" />
              )}
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span>{minuteOf(session.startedAtMs)}</span>
        <span>{spanOf(session.lastAtMs - session.startedAtMs)} in all; pauses are drawn short</span>
        <span>{minuteOf(session.lastAtMs)}</span>
      </figcaption>
    </figure>
  );
}

const outOf = ({ usage, responseBytes }: Exchange): number =>
  usage?.outputTokens ?? Math.round(responseBytes / 40);

function titleOf({ startedAtMs, endedAtMs, masks, id }: Exchange): string {
  const took = endedAtMs === null ? 'open' : spanOf(endedAtMs - startedAtMs);
  const masked = masks.length === 0 ? '' : `, ${String(masks.length)} masked`;
  return `${secondOf(startedAtMs)}, ${took}${masked} (${id})`;
}
