// What is counted, by name: the same for whoever is sent it and whoever asks for it.
import type { Decision } from '../model/decision.ts';
import type { Usage } from '../model/wire.ts';
import type { Meters } from './meters.ts';

/** Words of our own vocabulary. */
export type Attributes = Readonly<Record<string, string>>;

interface Counter {
  add(count: number, attributes?: Attributes): void;
}

interface Histogram {
  record(value: number, attributes?: Attributes): void;
}

export interface InstrumentFacts {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
}

export interface Instruments {
  readonly exchanges: Counter;
  readonly tokens: Counter;
  readonly masks: Counter;
  readonly blocks: Counter;
  readonly holds: Counter;
  readonly denials: Counter;
  readonly duration: Histogram;
  readonly firstByte: Histogram;
  readonly delay: Histogram;
}

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const DELAY_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** @param bounds of the histogram's buckets, in seconds, rising. */
export function makeInstruments(
  makeCounter: (facts: InstrumentFacts) => Counter,
  makeHistogram: (facts: InstrumentFacts, bounds: readonly number[]) => Histogram,
): Instruments {
  const counter = (name: string, description: string, unit: string): Counter =>
    makeCounter({ name, description, unit });
  const histogram = (name: string, description: string, bounds: readonly number[]): Histogram =>
    makeHistogram({ name, description, unit: 's' }, bounds);
  return {
    exchanges: counter('aitrail.exchanges', 'requests with their replies', '{exchange}'),
    tokens: counter('aitrail.tokens', 'tokens, as the providers count them', '{token}'),
    masks: counter('aitrail.masks', 'values replaced towards agents', '{value}'),
    blocks: counter('aitrail.blocks', 'what a rule stopped', '{action}'),
    holds: counter('aitrail.holds', 'what was held for an approval, by its end', '{action}'),
    denials: counter('aitrail.denials', 'requests turned away at the door', '{request}'),
    duration: histogram('aitrail.exchange.duration', 'request to the end of its reply', SECONDS),
    firstByte: histogram('aitrail.exchange.first_byte', 'request to first byte of reply', SECONDS),
    delay: histogram('aitrail.added_delay', 'time that recording and rules took', DELAY_SECONDS),
  };
}

export function metersOf(instruments: Instruments): Omit<Meters, 'close'> {
  const { exchanges, masks, duration, firstByte, delay, denials } = instruments;
  return {
    exchange: (seen) => {
      const { protocol, outcome } = seen;
      exchanges.add(1, { protocol, outcome });
      duration.record(seen.durationMs / 1000, { protocol });
      if (seen.firstByteMs !== null) firstByte.record(seen.firstByteMs / 1000, { protocol });
      if (seen.masked > 0) masks.add(seen.masked, { protocol });
      for (const [type, count] of countsOf(seen.usage))
        if (count !== null && count > 0) instruments.tokens.add(count, { protocol, type });
    },
    delay: (phase, ms) => delay.record(ms / 1000, { phase }),
    decision: ({ effect, on }) => {
      if (effect === 'blocked') instruments.blocks.add(1, { on });
      if (isEndOfHold(effect)) instruments.holds.add(1, { on, outcome: effect });
    },
    denied: (count) => denials.add(count),
    line: () => undefined,
  };
}

const isEndOfHold = (effect: Decision['effect']): boolean =>
  effect === 'approved' || effect === 'denied' || effect === 'unapproved';

function countsOf(usage: Usage | null): readonly (readonly [string, number | null])[] {
  if (usage === null) return [];
  return [
    ['input', usage.inputTokens],
    ['output', usage.outputTokens],
    ['cache_read', usage.cacheReadTokens],
    ['cache_write', usage.cacheWriteTokens],
  ];
}
