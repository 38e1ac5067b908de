// What the clients' vendors say beside the model: who is logged in, what there is to choose from.
import type { JsonObject } from '../../../src/model/json.ts';

interface Service {
  readonly host: RegExp;
  readonly path: RegExp;
  readonly reply: JsonObject;
}

const ACCOUNT = '11111111-aaaa-bbbb-cccc-222222222222';
const GITHUB_HOSTS = Object.fromEntries(
  ['api', 'proxy', 'telemetry'].map((name) => [
    name,
    `https://${name}.individual.githubcopilot.com`,
  ]),
);

const copilotModel = (id: string, vendor: string, endpoint: string): JsonObject => ({
  id,
  name: id,
  version: id,
  vendor,
  object: 'model',
  preview: false,
  is_chat_default: id === 'gpt-5.1',
  is_chat_fallback: id === 'gpt-5.1',
  model_picker_enabled: true,
  policy: { state: 'enabled', terms: '' },
  supported_endpoints: [endpoint],
  capabilities: {
    type: 'chat',
    family: id,
    object: 'model_capabilities',
    tokenizer: 'o200k_base',
    limits: {
      max_context_window_tokens: 200_000,
      max_output_tokens: 16_000,
      max_prompt_tokens: 160_000,
    },
    supports: { parallel_tool_calls: true, streaming: true, tool_calls: true },
  },
});

const UNLIMITED = { unlimited: true, entitlement: 0, remaining: 0, percent_remaining: 100 };

const SERVICES: readonly Service[] = [
  {
    host: /^api\.github\.com$/,
    path: /^\/copilot_internal\/user\b/,
    reply: {
      login: 'ada',
      access_type_sku: 'plus_monthly_subscriber_quota',
      chat_enabled: true,
      cli_enabled: true,
      copilot_plan: 'individual_pro',
      organization_login_list: [],
      organization_list: [],
      endpoints: GITHUB_HOSTS,
      quota_reset_date: '2030-01-01',
      quota_snapshots: { chat: UNLIMITED, premium_interactions: UNLIMITED },
    },
  },
  {
    host: /^api\.github\.com$/,
    path: /^\/user\b/,
    reply: { login: 'ada', id: 1, email: 'ada@example.com' },
  },
  {
    host: /githubcopilot\.com$/,
    path: /\/models(?:\?|$)/,
    reply: {
      object: 'list',
      data: [
        copilotModel('gpt-5.1', 'OpenAI', '/responses'),
        copilotModel('claude-sonnet-4.5', 'Anthropic', '/v1/messages'),
        copilotModel('gpt-4.1', 'Azure OpenAI', '/chat/completions'),
      ],
    },
  },
  {
    host: /^chatgpt\.com$/,
    path: /\/wham\/accounts\/check\b/,
    reply: {
      accounts: [
        {
          id: ACCOUNT,
          account_user_id: 'user-1',
          structure: 'personal',
          plan_type: 'pro',
          name: null,
          profile_picture_url: null,
          workspace_backend_origin: 'https://chatgpt.com',
          account_routing_override: 'NO_CONSTRAINT',
        },
      ],
      account_ordering: [ACCOUNT],
      default_account_id: ACCOUNT,
    },
  },
  { host: /^chatgpt\.com$/, path: /\/models\?client_version=/, reply: { models: [] } },
];

/** @returns null for what the model itself has to answer. */
export const staticReply = (host: string, path: string): JsonObject | null =>
  SERVICES.find((one) => one.host.test(host) && one.path.test(path))?.reply ?? null;

export const CHATGPT_ACCOUNT = ACCOUNT;
