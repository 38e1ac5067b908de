// `connections:`: the defaults, the user's, and the organisation's, which nobody changes.
import type { Connection, SettingPlace } from '../model/policy.ts';
import { DEFAULT_CONNECTIONS } from './defaults.ts';
import { type Layer, notYours } from './ladder.ts';
import { secretOf } from './merge-notify.ts';
import type { Configuration } from './schema.ts';

/** @throws Fault CONFIG_NOT_YOURS. */
export function mergeConnections(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): Readonly<Record<string, Connection>> {
  const merged = new Map(Object.entries(DEFAULT_CONNECTIONS));
  const settled = new Set<string>();
  for (const layer of layers)
    for (const [name, facts] of Object.entries(layer.settings.connections ?? {})) {
      const path = ['connections', name];
      if (settled.has(name)) throw notYours(layer, path, 'this connection is given');
      if (layer.kind === 'organisation') settled.add(name);
      places.set(path.join('.'), layer.document.placeOf(path));
      merged.set(name, connectionOf(layer, name, facts));
    }
  return Object.fromEntries(merged);
}

type Facts = NonNullable<Configuration['connections']>[string];

function connectionOf({ kind, document }: Layer, name: string, facts: Facts): Connection {
  const isFixed = kind === 'organisation' && facts.record !== undefined;
  return {
    name,
    // what is not a push is plain HTTP
    protocol: facts.protocol === 'git' ? 'http' : facts.protocol,
    ...(facts.protocol === 'git' ? { git: { require: facts.require ?? [] } } : {}),
    upstream: facts.upstream.replace(/\/+$/, ''),
    credential: facts.credential === undefined ? null : secretOf(facts.credential),
    isRecorded: facts.record ?? true,
    ...(facts.groups === undefined ? {} : { groups: facts.groups }),
    ...(isFixed ? { isRecordFixed: true } : {}),
    ...(facts.record === false
      ? { recordPlace: document.placeOf(['connections', name, 'record']) }
      : {}),
  };
}
