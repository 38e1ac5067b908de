// GitHub Copilot CLI: with a GitHub login it talks to its own endpoint, with a provider of one's own (BYOK) to that.
// Results carry no error flag at all; src/agents/judge-result.ts reads their text.
import type { AgentFacts, AgentSpec, Connected, ConnectTarget } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { bodyConversation, headerOf, productVersion, versionOrNull } from './facts.ts';
import { hostOf } from './own-settings.ts';

const VENDORS = /^https:\/\/api\.(?:openai|anthropic)\.com(?:\/v1)?\/?$/;

export const COPILOT_CLI: AgentSpec = {
  name: 'copilot-cli',
  commands: ['copilot'],
  recognise,
  conversation: (facts) => headerOf(facts, 'x-client-session-id') ?? bodyConversation(facts),
  parent: (facts) => headerOf(facts, 'x-parent-agent-id'),
  isSideCall: (facts) => /\/(?:models|embeddings)\b/.test(facts.url),
  connect,
};

function recognise(facts: AgentFacts): { version: string | null } | null {
  const integration = headerOf(facts, 'copilot-integration-id');
  // editors send Copilot's other headers too
  if (integration !== null && integration !== 'copilot-developer-cli') return null;
  const version = productVersion(facts, /\b(?:copilot(?:-cli)?|GitHubCopilotCLI)(?=\/|$|\s)/i);
  if (version !== null) return { version: versionOrNull(version) };
  // with a provider of one's own only these two are sent
  const isByok =
    headerOf(facts, 'x-initiator') !== null && headerOf(facts, 'x-interaction-type') !== null;
  return integration !== null || isByok ? { version: null } : null;
}

function connect(target: ConnectTarget): Connected {
  const base = connectByEnvironment(target);
  const { env } = target;
  const type = env['COPILOT_PROVIDER_TYPE'] ?? 'openai';
  const own = env['COPILOT_PROVIDER_BASE_URL'];
  if (own === undefined) {
    const notice = target.hasConnection('copilot')
      ? null
      : 'Copilot CLI with a GitHub login is not recorded: set COPILOT_PROVIDER_BASE_URL to use a provider of your own';
    return { ...base, notice };
  }
  if (!VENDORS.test(own)) {
    return { ...base, notice: `COPILOT_PROVIDER_BASE_URL is ${hostOf(own)}: not recorded` };
  }
  const url = type === 'anthropic' ? target.baseUrl('anthropic') : `${target.baseUrl('openai')}/v1`;
  return { ...base, env: { ...base.env, COPILOT_PROVIDER_BASE_URL: url } };
}
