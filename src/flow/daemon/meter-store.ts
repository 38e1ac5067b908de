// A store that counts what is written into it: metrics say what is on record and nothing else.
import type { NewEvent } from '../../model/event.ts';
import { isMaskedToAgent } from '../../model/secret.ts';
import type { ExchangeDraft, ExchangeEnd, Store } from '../../store/store.ts';
import { type Meters, NO_METERS } from '../../telemetry/meters.ts';

type Begun = Pick<ExchangeDraft, 'protocol' | 'startedAtMs' | 'session' | 'connection' | 'model'>;

/** @returns the same store where nothing is counted. */
export function meterStore(store: Store, meters: Meters): Store {
  if (meters === NO_METERS) return store;
  const open = new Map<string, Begun>();
  return {
    ...store,
    beginExchange: async (draft) => {
      await store.beginExchange(draft);
      const { id, protocol, startedAtMs, session, connection, model } = draft;
      open.set(id, { protocol, startedAtMs, session, connection, model });
      meters.delay('request', Date.now() - startedAtMs);
    },
    endExchange: async (end) => {
      const begun = open.get(end.id);
      open.delete(end.id); // before it may fail: what cannot be ended is not kept for ever
      const ended = await store.endExchange(end);
      if (begun !== undefined) countEnd(meters, begun, end);
      return ended;
    },
    addEvent: async (event) => {
      const added = await store.addEvent(event);
      countEvent(meters, event);
      return added;
    },
  };
}

function countEnd(meters: Meters, begun: Begun, end: ExchangeEnd): void {
  const { id, outcome, usage, masks, endedAtMs, firstByteAtMs, status } = end;
  const { startedAtMs } = begun;
  meters.exchange({
    ...begun,
    id,
    model: end.model ?? begun.model,
    status,
    outcome,
    usage,
    masked: masks.filter(isMaskedToAgent).length,
    durationMs: endedAtMs - startedAtMs,
    firstByteMs: firstByteAtMs === null ? null : firstByteAtMs - startedAtMs,
  });
  if (firstByteAtMs !== null) meters.delay('reply', Date.now() - endedAtMs);
}

function countEvent(meters: Meters, { kind, detail }: NewEvent): void {
  const { count } = detail;
  if (kind === 'denied') meters.denied(typeof count === 'number' ? count : 1);
}
