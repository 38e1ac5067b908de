// Attempts that were turned away at the door, as records. A flood of the same is one record now and one count a minute.
import type { NewEvent } from '../../model/event.ts';
import type { Refusal } from '../../proxy/door.ts';
import type { Store } from '../../store/store.ts';

export interface DenialBook {
  /** @param why in our own words: nothing of what the caller sent. */
  note(refusal: Refusal, why?: string): void;
  /** Writes down what is counted and not yet written. */
  close(): Promise<void>;
}

interface Counted {
  readonly code: string;
  readonly status: number;
  readonly protocol: string | null;
  readonly why: string | null;
  readonly firstAtMs: number;
  lastAtMs: number;
  /** Since the last record. */
  count: number;
}

const WINDOW_MS = 60_000;
/** Kinds that are told apart in one window. */
const KINDS_MAX = 50;

/** What the door says no to; other statuses are answers to somebody who was let in. */
const DENIED: ReadonlySet<number> = new Set([401, 403, 407]);

export function openDenialBook(
  store: Pick<Store, 'addEvent'>,
  warn: (line: string) => void,
): DenialBook {
  const counted = new Map<string, Counted>();
  let timer: NodeJS.Timeout | null = null;
  const write = async (one: Counted): Promise<void> => {
    const event = eventOf(one);
    one.count = 0;
    await store
      .addEvent(event)
      .catch((thrown: unknown) => warn(`gap: a denied attempt is not recorded: ${String(thrown)}`));
  };
  const flush = async (): Promise<void> => {
    const waiting = [...counted.values()].filter(({ count }) => count > 0);
    counted.clear();
    timer = null;
    await Promise.all(waiting.map(write));
  };
  return {
    note: (refusal, why) => {
      if (!DENIED.has(refusal.status)) return;
      const name = JSON.stringify([refusal.code, refusal.status, refusal.format?.name, why]);
      const known = counted.get(name) ?? (counted.size < KINDS_MAX ? null : counted.get(OTHERS));
      if (known) {
        known.count += 1;
        known.lastAtMs = Date.now();
        return;
      }
      const isFull = counted.size >= KINDS_MAX;
      const first = isFull ? othersAt(Date.now()) : countedAt(Date.now(), refusal, why ?? null);
      counted.set(isFull ? OTHERS : name, first);
      timer ??= setTimeout(() => void flush(), WINDOW_MS).unref();
      void write(first);
    },
    close: async () => {
      if (timer !== null) clearTimeout(timer);
      await flush();
    },
  };
}

const OTHERS = 'others';

const countedAt = (
  atMs: number,
  { code, status, format }: Refusal,
  why: string | null,
): Counted => ({
  code,
  status,
  protocol: format?.name ?? null,
  why,
  firstAtMs: atMs,
  lastAtMs: atMs,
  count: 1,
});

const othersAt = (atMs: number): Counted => ({
  code: 'OTHERS',
  status: 0,
  protocol: null,
  why: 'too many kinds at once',
  firstAtMs: atMs,
  lastAtMs: atMs,
  count: 1,
});

const eventOf = ({ firstAtMs, lastAtMs, ...one }: Counted): NewEvent => ({
  kind: 'denied',
  atMs: lastAtMs,
  detail: { ...one, firstAt: new Date(firstAtMs).toISOString() },
});
