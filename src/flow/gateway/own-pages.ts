// What the gateway says of itself: is it alive, may it be asked, and numbers. No token is needed, and nothing is said that
// an outsider could use.
import type { FindPage, Page } from '../../proxy/listener.ts';
import type { Store } from '../../store/store.ts';
import { PROMETHEUS_TYPE } from '../../telemetry/prometheus.ts';
import { atMost } from '../at-most.ts';

export interface OwnPages {
  readonly store: Pick<Store, 'logSize'>;
  readonly isLeaving: () => boolean;
  readonly metrics: () => string;
}

const READY_MS = 2000;
const TEXT = 'text/plain; charset=utf-8';

export function findOwnPages(own: OwnPages): FindPage {
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/healthz': () => Promise.resolve({ status: 200, contentType: TEXT, body: 'ok\n' }),
    '/readyz': async () => {
      const why = own.isLeaving() ? 'leaving' : await findObstacle(own.store);
      return { status: why === null ? 200 : 503, contentType: TEXT, body: `${why ?? 'ok'}\n` };
    },
    '/metrics': () =>
      Promise.resolve({ status: 200, contentType: PROMETHEUS_TYPE, body: own.metrics() }),
  };
  return ({ method, url }) =>
    method === 'GET' || method === 'HEAD' ? (pages[url]?.() ?? null) : null;
}

/** @returns why nothing could be recorded now; null where it could. */
async function findObstacle(store: OwnPages['store']): Promise<string | null> {
  const asked = { isAnswered: false };
  const asking = store.logSize().then(
    () => void (asked.isAnswered = true),
    () => undefined, // what keeps it away stands in the log of the requests that it stops
  );
  await atMost(asking, READY_MS);
  return asked.isAnswered ? null : 'the store does not answer';
}
