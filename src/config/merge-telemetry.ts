// `telemetry:`: where metrics go. The organisation's and the user's alone; the organisation's word stands.
import type { CredentialSource, OtlpReceiver, SettingPlace } from '../model/policy.ts';
import { type Layer, notYours } from './ladder.ts';
import { secretOf } from './merge-notify.ts';
import type { Configuration } from './schema.ts';

/** @returns null: nothing is sent. @throws Fault CONFIG_NOT_YOURS. */
export function mergeTelemetry(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): OtlpReceiver | null {
  const given = layers.filter(({ settings }) => settings.telemetry !== undefined);
  for (const [index, layer] of given.entries()) {
    if (layer.kind === 'base' || layer.kind === 'worktree')
      throw notYours(layer, ['telemetry'], 'a clone cannot say where numbers of your work go');
    if (index > 0) throw notYours(layer, ['telemetry'], 'metrics go to another receiver');
  }
  const [first] = given;
  const otlp = first?.settings.telemetry?.otlp;
  if (first === undefined || otlp === undefined) return null;
  places.set('telemetry.otlp', first.document.placeOf(['telemetry', 'otlp']));
  return receiverOf(otlp);
}

type Given = NonNullable<Configuration['telemetry']>['otlp'];

function receiverOf(otlp: Given): OtlpReceiver {
  const headers = Object.entries(otlp.headers ?? {}).map(
    ([name, source]): readonly [string, CredentialSource] => [name, secretOf(source)],
  );
  return {
    endpoint: otlp.endpoint,
    signals: otlp.signals ?? ['metrics'],
    headers: Object.fromEntries(headers),
  };
}
