// What a gateway keeps an eye on while it serves.
import { type PolicyWork, watchPolicy } from './watch-policy.ts';
import { watchCertificate } from './certificate.ts';
import { watchStops } from './watch-stops.ts';
import type { GatewayPlace } from '../../model/team.ts';
import type { Listener } from '../../proxy/listener.ts';
import type { Store } from '../../store/store.ts';
import type { GrantBook } from '../session/grant-book.ts';

export interface Watched extends Omit<PolicyWork, 'roles'> {
  readonly store: Store;
  readonly grants: GrantBook;
  readonly place: GatewayPlace;
  readonly listener: Listener;
  /** Calls back when the certificate is to be read again. */
  readonly onReload: (act: () => void) => void;
}

export function openWatches(watched: Watched): { close(): void } {
  const { store, grants, place, listener, log, onReload } = watched;
  const watches = [
    watchStops(store, grants, log),
    watchPolicy({ ...watched, roles: place.roles }),
    watchCertificate(place.tls, listener, { log, onReload }),
  ];
  return {
    close: () => {
      for (const watch of watches) watch.close();
    },
  };
}
