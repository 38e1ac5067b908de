// What rules did in a session, by exchange.
import { type EventRecord, happenedAs } from '../../model/event.ts';
import type { Ruling } from '../../model/ruling.ts';
import type { Session } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';

/** Of all that happened since the session began. */
const EVENTS_MAX = 50_000;

export async function readRulings(
  store: Store,
  session: Session,
): Promise<(exchange: string) => readonly Ruling[]> {
  const events = await store.listEvents({ sinceMs: session.startedAtMs, limit: EVENTS_MAX });
  const by = new Map<string, Ruling[]>();
  // they come newest first
  for (const event of events.toReversed()) {
    const { detail } = event;
    const exchange = textIn(detail, 'exchange');
    if (happenedAs(event) === 'ruled' && exchange !== null)
      by.set(exchange, [...(by.get(exchange) ?? []), rulingOf(detail)]);
  }
  return (exchange) => by.get(exchange) ?? [];
}

const rulingOf = (detail: EventRecord['detail']): Ruling => ({
  effect: textIn(detail, 'effect') ?? '',
  on: textIn(detail, 'on') ?? '',
  rule: textIn(detail, 'rule'),
  tool: textIn(detail, 'tool'),
  place: textIn(detail, 'place'),
});

const textIn = (detail: EventRecord['detail'], name: string): string | null => {
  const value = detail[name];
  return typeof value === 'string' ? value : null;
};
