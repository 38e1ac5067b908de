// The session as a strip: when the model worked, how long, and where something was masked or went wrong. Pauses are drawn
// short, so that an evening's work is not a few dots at both ends.
import type { VNode } from 'preact';
import type { Exchange, Session } from '../model/session.ts';
import { markOf } from './agent-mark.tsx';
import { layOut, STRIP_WIDTH } from './lay-out.ts';
import { minuteOf, secondOf, spanOf } from './words.ts';

const HEIGHT = 44;
const HOUR_MS = 3_600_000;

interface TimeLineProps {
  readonly session: Session;
  readonly exchanges: readonly Exchange[];
  /** Id of the exchange that the reader is at. */
  readonly current: string | null;
  readonly onPick: (exchange: string) => void;
}

export function TimeLine({ session, exchanges, current, onPick }: TimeLineProps): VNode {
  const stretches = layOut(exchanges);
  const lastedMs = session.lastAtMs - session.startedAtMs;
  // the day stands above
  const momentOf = lastedMs < HOUR_MS ? secondOf : minuteOf;
  const tokens = Math.max(1, ...exchanges.map(outOf));
  const tone = `tone-${String(markOf(session.agent).tone)}`;
  return (
    <figure class="time-line">
      <svg
        viewBox={`0 0 ${String(STRIP_WIDTH)} ${String(HEIGHT)}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`time line of ${String(exchanges.length)} exchanges; j and k step through them`}
      >
        <line x1="0" x2={STRIP_WIDTH} y1={HEIGHT - 1} y2={HEIGHT - 1} class="axis" />
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
        <span>{momentOf(session.startedAtMs)}</span>
        <span>{spanOf(lastedMs)} in all; pauses are drawn short</span>
        <span>{momentOf(session.lastAtMs)}</span>
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
