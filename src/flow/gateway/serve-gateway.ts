// A team's gateway: the daemon's proxy without a daemon. It keeps nothing that another instance would miss: sessions, log
// and records are in the store, and any of them answers any request.
import { stateHome } from '../../config/places.ts';
import type { WriteLog } from '../../daemon/log-file.ts';
import { openOwnTokens } from '../../identity/own-tokens.ts';
import { openTokenReader, type TokenReader } from '../../identity/read-token.ts';
import type { NoteSigner } from '../../log/note.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { IdentityPolicy } from '../../model/policy.ts';
import type { GatewayPlace } from '../../model/team.ts';
import { readVersion } from '../../model/version.ts';
import { type Listener, openListener } from '../../proxy/listener.ts';
import { openPrometheusMeters } from '../../telemetry/prometheus.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';
import { keepUp } from '../daemon/keep-up.ts';
import { openVault } from '../mask/keep-secret.ts';
import { openMaskers } from '../mask/maskers.ts';
import { explainPolicy } from '../policy/load-policy.ts';
import { readTrust } from '../record/authority-book.ts';
import { openRecorder } from '../record/open-recorder.ts';
import { openDoor, type Recorder } from '../record/record-exchange.ts';
import { openSharedStore, readTeamKey } from '../record/open-shared-store.ts';
import { findOwnPages } from './own-pages.ts';
import { readCertificate } from './certificate.ts';
import { checkSaml, type SamlWork } from './saml-pages.ts';
import { findTeamPages } from './team-pages.ts';
import { openWatches } from './watches.ts';

export interface GatewayOptions {
  readonly caller: Caller;
  /** Resolves when it is to finish what is under way and end … */
  readonly stopped: Promise<unknown>;
  /** … and when it is to end now. */
  readonly cut: Promise<unknown>;
  /** Calls back when the certificate is to be read again. */
  readonly onReload: (act: () => void) => void;
  /** A line of its log, masked. */
  readonly write: WriteLog;
}

/** A model may think for long: whoever runs us says when it has been enough. */
const DRAIN_MS = 3_600_000;

/**
 * Serves until it is stopped.
 *
 * @param onReady called once requests are taken.
 * @throws Fault PORT_BUSY, CONFIG_INVALID, KEY_UNREADABLE and what else keeps it from starting; as openSharedStore.
 */
export async function serveGateway(
  options: GatewayOptions,
  onReady: (url: string) => void,
): Promise<void> {
  const { caller } = options;
  const { team, policy } = await explainPolicy(caller, null);
  if (team.store === null)
    throw new Fault('CONFIG_INVALID', 'gateway: store: names no database', {
      fix: 'add store: postgres://USER@HOST/DATABASE to the file',
    });
  await checkLogin(team.gateway, policy.identity);
  const store = await openSharedStore(caller, team.store, 'write');
  try {
    const teamKey = await readTeamKey(caller, team.store);
    const own = openOwn(teamKey, team.gateway);
    await serveStore({ options, store, place: team.gateway, own, teamKey }, onReady);
  } finally {
    await store.close();
  }
}

/** Before anybody wants to log in. @throws Fault CONFIG_INVALID, PEER_MISSING, KEY_UNREADABLE. */
async function checkLogin({ url }: GatewayPlace, { saml }: IdentityPolicy): Promise<void> {
  if (saml === undefined) return;
  if (url === null)
    throw new Fault('CONFIG_INVALID', 'gateway: identity: saml: needs gateway: url:', {
      fix: 'add gateway: { url: https://HOST } to the file: what people reach it by',
    });
  await checkSaml(url, saml);
}

/** What the gateway's own tokens are made by; null where it has no address to make them for. */
const openOwn = ({ seed }: NoteSigner, { url }: GatewayPlace): SamlWork['own'] =>
  url === null ? null : { url, tokens: openOwnTokens(url, seed) };

/** Tokens of the configured providers, and the gateway's own. */
function readerWith(own: SamlWork['own']): TokenReader {
  const others = openTokenReader();
  return own === null ? others : own.tokens.reader(others);
}

interface Opened extends Pick<SamlWork, 'own'> {
  readonly options: GatewayOptions;
  readonly store: LocalStore;
  readonly place: GatewayPlace;
  /** That all gateways of the team share. */
  readonly teamKey: NoteSigner;
}

async function serveStore(opened: Opened, onReady: (url: string) => void): Promise<void> {
  const { options, store, place, own: ownTokens, teamKey } = opened;
  const { caller } = options;
  const home = stateHome(caller.env);
  const keep = openVault({ store, caller, home }, (line) => log(line));
  const maskers = openMaskers({ key: await store.readKey(), env: caller.env, keep });
  const log: WriteLog = (line) => options.write(maskers.mask(line));
  const trust = await readTrust(caller.env);
  const prometheus = openPrometheusMeters();
  const shared = { teamKey, counters: prometheus.meters };
  const parts = { store, home, env: caller.env, maskers, log, trust };
  const identities = readerWith(ownTokens);
  const recorder = await openRecorder({ ...parts, ...shared, roles: place.roles, identities });
  const state = { isLeaving: false };
  const own = findOwnPages({
    store,
    isLeaving: () => state.isLeaving,
    metrics: () => prometheus.render({ requests_open: listener.open() }),
  });
  // what laptops have recorded is no work of this gateway's: it is not counted
  const uncounted = { ...recorder, store };
  const team = findTeamPages({ recorder: uncounted, roles: place.roles, own: ownTokens, teamKey });
  const listener: Listener = await openListener(
    {
      host: place.host,
      port: place.port,
      trust,
      ...(place.tls === null ? {} : { certificate: await readCertificate(place.tls) }),
      page: (asked) => own(asked) ?? team(asked),
    },
    { ...openDoor(recorder), names: place.hosts },
  );
  const upkeep = new AbortController();
  const kept = keepUp({ store, home, policies: recorder.policies, log }, upkeep.signal);
  const watches = openWatches({ ...recorder, ...options, store, place, listener, log });
  const url = urlOf(place, listener.port);
  recorder.warn(`started: pid ${String(process.pid)}, ${url}, version ${readVersion()}`);
  onReady(url);
  await options.stopped;
  state.isLeaving = true;
  recorder.warn('stopping');
  void options.cut.then(() => listener.cut());
  await listener.close(DRAIN_MS);
  watches.close();
  upkeep.abort();
  await kept;
  await leave(recorder);
  log('stopped');
}

async function leave(recorder: Recorder): Promise<void> {
  recorder.watch.close();
  await recorder.notifier.close();
  await recorder.denials.close();
  await recorder.meters.close();
}

const urlOf = ({ host, tls }: GatewayPlace, port: number): string =>
  `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
