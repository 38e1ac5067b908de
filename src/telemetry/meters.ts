// What is counted of the daemon's work: numbers and words of our own vocabulary. Nothing here has a place for a prompt, a
// path, a host or a name that somebody chose.
import type { Decision } from '../model/decision.ts';
import type { ExchangeOutcome } from '../model/session.ts';
import type { Protocol, Usage } from '../model/wire.ts';

export interface SeenExchange {
  /** Ids of ours, and the connection's name: for traces alone. */
  readonly id: string;
  readonly session: string;
  readonly connection: string;
  readonly model: string | null;
  readonly status: number | null;
  readonly startedAtMs: number;
  readonly protocol: Protocol;
  readonly outcome: ExchangeOutcome;
  readonly usage: Usage | null;
  /** Values that were replaced towards the agent. */
  readonly masked: number;
  /** From the request's arrival to the reply's end. */
  readonly durationMs: number;
  /** From the request's arrival to the reply's first byte; null without one. */
  readonly firstByteMs: number | null;
}

/** `request`: until it may go on; `reply`: from its last byte until it is on record and that byte may go out. */
export type DelayPhase = 'request' | 'reply';

export interface Meters {
  exchange(seen: SeenExchange): void;
  delay(phase: DelayPhase, ms: number): void;
  decision(decision: Pick<Decision, 'effect' | 'on'>): void;
  /** @param count attempts that were turned away. */
  denied(count: number): void;
  /** A line of the daemon's log, masked. */
  line(text: string): void;
  /** Sends what is left, for a moment. Never throws. */
  close(): Promise<void>;
}

const nothing = (): void => undefined;

export const NO_METERS: Meters = {
  exchange: nothing,
  delay: nothing,
  decision: nothing,
  denied: nothing,
  line: nothing,
  close: () => Promise.resolve(),
};

/** Both count. */
export function joinMeters(first: Meters, second: Meters): Meters {
  const both = [first, second];
  return {
    exchange: (seen) => both.forEach((meters) => meters.exchange(seen)),
    delay: (phase, ms) => both.forEach((meters) => meters.delay(phase, ms)),
    decision: (decision) => both.forEach((meters) => meters.decision(decision)),
    denied: (count) => both.forEach((meters) => meters.denied(count)),
    line: (text) => both.forEach((meters) => meters.line(text)),
    close: async () => {
      await Promise.all(both.map((meters) => meters.close()));
    },
  };
}
