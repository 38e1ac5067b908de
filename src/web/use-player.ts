// Stepping through a conversation: by key, by click, or by itself with the pauses that the model made.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TurnView } from '../model/pages.ts';
import { useKeys } from './keys.ts';

/** A reader needs a moment for each step, and does not wait longer than this for the next. */
const STEP_MS_MIN = 700;
const STEP_MS_MAX = 3000;

export interface Player {
  /** `EXCHANGE:INDEX`. */
  readonly current: string | null;
  readonly isPlaying: boolean;
  /** `step 3 of 40`. */
  readonly position: string;
  readonly toggle: () => void;
  readonly move: (by: number) => void;
  /** Goes there and brings it into view. */
  readonly goTo: (key: string | null) => void;
  /** The reader is there already. */
  readonly mark: (key: string) => void;
}

export function usePlayer(steps: readonly string[], turns: readonly TurnView[]): Player {
  const [current, setCurrent] = useState<string | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const now = useRef({ steps, current });
  now.current = { steps, current };
  const goTo = (key: string | null): void => {
    if (key === null) return;
    setCurrent(key);
    // after the class has changed
    requestAnimationFrame(() => showStep(key));
  };
  const move = (by: number): void => {
    const at = now.current.current === null ? -1 : now.current.steps.indexOf(now.current.current);
    const next = Math.min(Math.max(0, at + by), now.current.steps.length - 1);
    goTo(now.current.steps[next] ?? null);
  };
  const toggle = (): void => setPlaying((is) => !is);
  useEffect(() => {
    if (!isPlaying) return undefined;
    const at = current === null ? -1 : steps.indexOf(current);
    if (at >= steps.length - 1) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => move(1), current === null ? 0 : restAfter(current, turns));
    return () => clearTimeout(timer);
  }, [isPlaying, current, steps]);
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ' ': toggle,
    g: () => goTo(now.current.steps[0] ?? null),
    G: () => goTo(now.current.steps.at(-1) ?? null),
  });
  const at = current === null ? 0 : steps.indexOf(current) + 1;
  const position =
    at === 0 ? `${String(steps.length)} steps` : `step ${String(at)} of ${String(steps.length)}`;
  return { current, isPlaying, position, toggle, move, goTo, mark: setCurrent };
}

function showStep(key: string): void {
  const step = document.querySelector<HTMLElement>(`[data-step="${key}"]`);
  step?.focus({ preventScroll: true });
  step?.scrollIntoView({ block: 'start', behavior: 'auto' });
}

/** As long as the model took for what comes next, within reason. */
function restAfter(key: string, turns: readonly TurnView[]): number {
  const [exchange = '', index = ''] = key.split(':');
  const turn = turns.find((one) => one.exchange.id === exchange);
  const [here, next] = [turn?.steps[Number(index)], turn?.steps[Number(index) + 1]];
  const took = next === undefined || here === undefined ? STEP_MS_MIN : next.atMs - here.atMs;
  return Math.min(STEP_MS_MAX, Math.max(STEP_MS_MIN, took));
}
