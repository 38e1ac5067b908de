// `identity:` and `pipelines:`: whose word counts about who calls, and which pipelines are not recorded. The
// organisation's and the user's alone; where the organisation speaks the user does not.
import type { IdentityPolicy, PipelineRule, SamlProvider, SettingPlace } from '../model/policy.ts';
import { msOf } from './identity-schema.ts';
import { type Layer, notYours } from './ladder.ts';
import type { Configuration } from './schema.ts';

/** The last one asks for a refresh token. */
const SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** @throws Fault CONFIG_NOT_YOURS. */
export function mergeIdentity(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): IdentityPolicy {
  const layer = onlyLayer(layers, 'identity');
  const { issuers = [], saml } = layer?.settings.identity ?? {};
  if (layer !== null) places.set('identity', layer.document.placeOf(['identity']));
  return {
    issuers: issuers.map((one) => ({
      issuer: one.issuer,
      audience: one.audience,
      groupsClaim: one.groupsClaim ?? null,
      jwks: one.jwks ?? null,
      variable: one.token ?? null,
      ...(one.login === undefined ? {} : { login: { scopes: one.login.scopes ?? SCOPES } }),
    })),
    ...(saml === undefined ? {} : { saml: samlOf(saml) }),
  };
}

type Saml = NonNullable<NonNullable<Configuration['identity']>['saml']>;

const LIFETIME = '8h';

function samlOf({ issuer, entryPoint, certificate, ...more }: Saml): SamlProvider {
  const { entityId = null, attributes = {}, lifetime = LIFETIME } = more;
  const { email = 'email', name = 'name', groups = 'groups' } = attributes;
  return {
    issuer,
    entryPoint,
    certificate,
    entityId,
    attributes: { email, name, groups },
    lifetimeMs: msOf(lifetime),
  };
}

/** @throws Fault CONFIG_NOT_YOURS. */
export function mergePipelines(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): readonly PipelineRule[] {
  const layer = onlyLayer(layers, 'pipelines');
  if (layer === null) return [];
  places.set('pipelines', layer.document.placeOf(['pipelines']));
  return (layer.settings.pipelines ?? []).map((one, index) => ({
    claims: one.claims,
    isRecorded: one.record,
    place: layer.document.placeOf(['pipelines', index, 'record']),
  }));
}

function onlyLayer(layers: readonly Layer[], key: 'identity' | 'pipelines'): Layer | null {
  const speaking = layers.filter(({ settings }) => settings[key] !== undefined);
  for (const layer of speaking)
    if (layer.kind === 'base' || layer.kind === 'worktree')
      throw notYours(layer, [key], 'a clone cannot say who you are');
  const [first, second] = speaking;
  if (second !== undefined) throw notYours(second, [key], 'this is given');
  return first ?? null;
}
