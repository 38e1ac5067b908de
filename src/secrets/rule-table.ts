// Every rule, and the words in names that announce a secret.
import { DISTINCT_PROVIDERS } from './provider-names.ts';
import type { SecretRule } from './rule.ts';
import { AI_RULES } from './rules/ai.ts';
import { AI_TOOL_RULES } from './rules/ai-tools.ts';
import { AZURE_RULES } from './rules/azure.ts';
import { BUILD_TOOL_RULES } from './rules/build-tools.ts';
import { CLOUD_RULES } from './rules/cloud.ts';
import { COMMERCE_RULES } from './rules/commerce.ts';
import { DATA_SERVICE_RULES } from './rules/data-services.ts';
import { FORGE_RULES } from './rules/forges.ts';
import { GENERIC_RULES } from './rules/generic.ts';
import { IDENTITY_RULES } from './rules/identity.ts';
import { MESSAGING_RULES } from './rules/messaging.ts';
import { PAYMENT_RULES } from './rules/payments.ts';
import { SAAS_RULES } from './rules/saas.ts';

export const ALL_RULES: readonly SecretRule[] = [
  ...GENERIC_RULES,
  ...AI_RULES,
  ...CLOUD_RULES,
  ...FORGE_RULES,
  ...PAYMENT_RULES,
  ...MESSAGING_RULES,
  ...SAAS_RULES,
  ...AI_TOOL_RULES,
  ...AZURE_RULES,
  ...BUILD_TOOL_RULES,
  ...COMMERCE_RULES,
  ...IDENTITY_RULES,
  ...DATA_SERVICE_RULES,
];

/** Occurrences are looked at by src/secrets/keyed.ts; case does not matter. */
export const KEY_WORDS: readonly string[] = [
  ...'pass pwd pw: pw= secret token key cred bearer auth _pat -pat pat= dsn cookie session jwt salt pepper hmac contrase senha kennwort motdepasse private psk assertion'.split(
    ' ',
  ),
  ...DISTINCT_PROVIDERS,
];
