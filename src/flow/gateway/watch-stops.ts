// Sessions that somebody ended, wherever that was: what is under way with them here is cut within a second.
import type { WriteLog } from '../../daemon/log-file.ts';
import type { EventKind } from '../../model/event.ts';
import type { Store } from '../../store/store.ts';
import type { GrantBook } from '../session/grant-book.ts';

const ENDS: ReadonlySet<EventKind> = new Set(['stopped', 'logout']);
const LOOK_MS = 500;
/** Clocks differ; what was cut before is cut again, which does nothing. */
const BACK_MS = 60_000;
const EVENTS_MAX = 1000;

export function watchStops(
  store: Pick<Store, 'listEvents'>,
  grants: Pick<GrantBook, 'cut'>,
  log: WriteLog,
): { close(): void } {
  const seen = new Set<string>();
  const startedAtMs = Date.now();
  let isLooking = false;
  const look = async (): Promise<void> => {
    const sinceMs = Math.max(startedAtMs, Date.now() - BACK_MS);
    for (const event of await store.listEvents({ sinceMs, limit: EVENTS_MAX })) {
      const { grant } = event.detail;
      if (!ENDS.has(event.kind) || typeof grant !== 'string' || seen.has(event.id)) continue;
      seen.add(event.id);
      grants.cut(grant);
      if (event.kind === 'stopped') log(`session ${String(event.detail['session'])} was stopped`);
    }
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // a store that is away for a while is asked again
    look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, LOOK_MS).unref();
  return { close: () => clearInterval(timer) };
}
