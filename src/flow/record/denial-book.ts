// Attempts that were turned away at the door, as records. A flood of the same is one record now and one count a minute.
import type { NewEvent } from '../../model/event.ts';
import type { Refusal } from '../../proxy/door.ts';

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

/** A token that could not be checked opens nothing either. */
const isDenied = ({ status, code }: Refusal): boolean =>
  DENIED.has(status) || code === 'IDENTITY_UNCHECKED';

export function openDenialBook(
  store: { readonly addEvent: (event: NewEvent) => Promise<unknown> },
  warn: (line: string) => void,
): DenialBook {
  const counted = new Map<string, Counted>();
  let timer: NodeJS.Timeout | null = null;
  const writing = new Set<Promise<unknown>>();
  const write = (one: Counted): void => {
    const event = eventOf(one);
    one.count = 0;
    const written = store
      .addEvent(event)
      .catch((thrown: unknown) => warn(`gap: a denied attempt is not recorded: ${String(thrown)}`))
      .finally(() => writing.delete(written));
    writing.add(written);
  };
  const flush = (): void => {
    const waiting = [...counted.values()].filter(({ count }) => count > 0);
    counted.clear();
    timer = null;
    for (const one of waiting) write(one);
  };
  return {
    note: (refusal, why) => {
      if (!isDenied(refusal)) return;
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
      timer ??= setTimeout(flush, WINDOW_MS).unref();
      write(first);
    },
    close: async () => {
      if (timer !== null) clearTimeout(timer);
      flush();
      await Promise.all(writing); // also what was noted just before the end
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
