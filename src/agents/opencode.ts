// OpenCode: any provider. Its environment variables want `/v1`, unlike Claude Code's; Google's base URL is a setting only.
import { isObject, objectAt, parseJson } from '../model/json.ts';
import type { SettingsPlan } from '../model/settings-change.ts';
import type { AgentSpec, Connected, ConnectTarget, SettleTarget } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { bodyConversation, headerOf, productVersion, systemText, versionOrNull } from './facts.ts';
import { openCodePlugin } from './opencode-plugin.ts';

const SETTINGS = 'OPENCODE_CONFIG_CONTENT';

export const OPENCODE: AgentSpec = {
  name: 'opencode',
  commands: ['opencode'],
  recognise: (facts) => {
    const version = productVersion(facts, /\bopencode(?=\/|$|\s)/i);
    return version === null ? null : { version: versionOrNull(version) };
  },
  conversation: (facts) =>
    headerOf(facts, 'x-session-id', 'x-session-affinity', 'session-id', 'x-opencode-session') ??
    bodyConversation(facts),
  parent: (facts) => headerOf(facts, 'x-parent-session-id'),
  isSideCall: (facts) => /title generator/i.test(systemText(facts.request, 2000)),
  connect,
  settle: { scope: 'repository', plan },
};

function connect(target: ConnectTarget): Connected {
  const base = connectByEnvironment(target);
  const urls = {
    anthropic: `${target.baseUrl('anthropic')}/v1`,
    openai: `${target.baseUrl('openai')}/v1`,
    google: `${target.baseUrl('gemini')}/v1beta`,
  };
  const own = parseJson(target.env[SETTINGS] ?? '{}');
  if (!isObject(own)) {
    return { ...base, notice: `${SETTINGS} is not JSON: OpenCode is pointed by variables only` };
  }
  const provider: Record<string, unknown> = { ...objectAt(own, 'provider') };
  for (const [name, baseURL] of Object.entries(urls)) {
    const settings = objectAt(provider, name);
    provider[name] = { ...settings, options: { ...objectAt(settings, 'options'), baseURL } };
  }
  const content = JSON.stringify({ ...own, provider });
  return {
    ...base,
    env: { ...base.env, ANTHROPIC_BASE_URL: urls.anthropic, [SETTINGS]: content },
  };
}

/** A plugin that asks for a session as the client starts: no address and no token stands in a file. */
function plan({ worktree, program }: SettleTarget): SettingsPlan {
  const path = `${worktree}/.opencode/plugin/aitrail.js`;
  return { changes: [{ kind: 'file', path, text: openCodePlugin(program) }], notice: null };
}
