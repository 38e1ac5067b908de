// `store:`, `gateway:` and `reporting:`: the organisation's and the user's alone; the organisation's word stands. They are facts of a
// machine, no rules: the policy's digest does not hold them.
import type { CredentialSource, SettingPlace } from '../model/policy.ts';
import type { GatewayPlace, SharedStore, TeamPlaces } from '../model/team.ts';
import { type Layer, notYours } from './ladder.ts';
import type { Configuration } from './schema.ts';

const LISTEN = '127.0.0.1:8443';

/** @throws Fault CONFIG_NOT_YOURS. */
export function mergeTeam(layers: readonly Layer[], places: Map<string, SettingPlace>): TeamPlaces {
  const store = pickOwn(layers, 'store', places)?.store;
  const gateway = pickOwn(layers, 'gateway', places)?.gateway;
  return {
    store: store === undefined ? null : storeOf(store),
    gateway: gatewayOf(gateway ?? {}),
    reporting: pickOwn(layers, 'reporting', places)?.reporting?.replace(/\/+$/, '') ?? null,
  };
}

function pickOwn(
  layers: readonly Layer[],
  key: 'store' | 'gateway' | 'reporting',
  places: Map<string, SettingPlace>,
): Configuration | undefined {
  const given = layers.filter(({ settings }) => settings[key] !== undefined);
  for (const [index, layer] of given.entries()) {
    if (layer.kind === 'base' || layer.kind === 'worktree')
      throw notYours(layer, [key], 'a clone cannot say where recordings go');
    if (index > 0) throw notYours(layer, [key], 'the organisation has said it');
  }
  const [first] = given;
  if (first !== undefined) places.set(key, first.document.placeOf([key]));
  return first?.settings;
}

function storeOf(given: NonNullable<Configuration['store']>): SharedStore {
  if (typeof given === 'string') return { url: given, password: null, logKey: null, objects: null };
  const { url, password, logKey, objects } = given;
  return {
    url,
    password: password === undefined ? null : sourceOf(password),
    logKey: logKey === undefined ? null : sourceOf(logKey),
    objects:
      objects === undefined
        ? null
        : {
            url: objects.url,
            region: objects.region ?? 'us-east-1',
            accessKeyId: objects.accessKeyId,
            secretAccessKey: sourceOf(objects.secretAccessKey),
          },
  };
}

type Secret = NonNullable<Extract<Configuration['store'], { readonly url: string }>['password']>;

function sourceOf(secret: Secret): CredentialSource {
  if ('env' in secret) return { kind: 'env', name: secret.env };
  if ('file' in secret) return { kind: 'file', path: secret.file };
  return { kind: 'command', command: secret.command };
}

function gatewayOf({
  listen = LISTEN,
  url,
  hosts = [],
  tls,
  roles = {},
}: NonNullable<Configuration['gateway']>): GatewayPlace {
  const at = listen.lastIndexOf(':');
  return {
    host: listen.slice(0, at).replace(/^\[(.*)\]$/, '$1'),
    port: Number(listen.slice(at + 1)),
    url: url ?? null,
    hosts,
    tls: tls ?? null,
    roles,
  };
}
