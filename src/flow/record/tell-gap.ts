// Something passes unrecorded: the daemon's log says so, a record of its own, and webhooks that ask for it.
import type { Admitted, Recorder } from './record-exchange.ts';

interface Gap {
  /** Of the exchange. */
  readonly id: string;
  /** For the log. */
  readonly line: string;
}

export function tellGap(
  { warn, notifier, gaps }: Pick<Recorder, 'warn' | 'notifier' | 'gaps'>,
  { policy, grant }: Pick<Admitted, 'policy' | 'grant'>,
  { id, line }: Gap,
): void {
  warn(`gap: ${line}`);
  gaps.keep({
    kind: 'gap',
    atMs: Date.now(),
    detail: { exchange: id, grant: grant.id, why: line },
  });
  const about = { on: 'gap', subject: 'record', rule: null, approval: null } as const;
  notifier.tell(policy, { ...about, exchange: id, place: grant.place });
}
