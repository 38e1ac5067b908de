// Every rule, and the words in names that announce a secret.
import type { SecretRule } from './rule.ts';
import { AI_RULES } from './rules/ai.ts';
import { CLOUD_RULES } from './rules/cloud.ts';
import { FORGE_RULES } from './rules/forges.ts';
import { GENERIC_RULES } from './rules/generic.ts';
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
];

/** Providers whose bare name announces a value often enough. */
const PROVIDER_WORDS =
  'artifactory jfrog cloudflare heroku facebook twitter linkedin algolia datadog newrelic pagerduty opsgenie rollbar mailgun mailchimp sendgrid postmark twilio telegram discord shopify coinbase kraken plaid airtable asana trello typeform contentful mapbox okta auth0 fastly netlify vercel digitalocean linode snyk codecov travis circleci hubspot intercom zendesk dropbox flickr openai anthropic mistral deepgram elevenlabs cohere pinecone launchdarkly adafruit weatherstack';

/** Occurrences are looked at by src/secrets/keyed.ts; case does not matter. */
export const KEY_WORDS: readonly string[] = [
  ...'pass pwd secret token key cred bearer auth _pat -pat pat= dsn cookie session jwt salt pepper hmac contrase senha kennwort motdepasse private'.split(
    ' ',
  ),
  ...PROVIDER_WORDS.split(' '),
];
