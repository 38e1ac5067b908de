// Gemini CLI. With an API key a base URL works only beside the setting that says so. Who has used it in a terminal has
// that setting; for others it stands in a home directory of ours, because the client takes system settings from root
// alone. Calls have no id on the wire; a router asks a small model before each prompt.
import type { AgentSpec, Connected, ConnectTarget } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { isObject, objectAt, parseJson } from '../model/json.ts';
import { bodyConversation, isSchemaQuestion, productVersion, versionOrNull } from './facts.ts';
import { findSetting } from './own-settings.ts';

export const GEMINI_CLI: AgentSpec = {
  name: 'gemini-cli',
  commands: ['gemini', 'gemini-cli'],
  recognise: (facts) => {
    const version = productVersion(facts, /\bGeminiCLI(?:-[\w-]+)?(?=\/|$|\s)/i);
    return version === null ? null : { version: versionOrNull(version) };
  },
  conversation: bodyConversation,
  parent: () => null,
  isSideCall: (facts) =>
    isSchemaQuestion(facts) ||
    /:(?:countTokens|loadCodeAssist|onboardUser|\w*Metrics)\b/.test(facts.url),
  // its own time-out for the head of a reply (seen)
  patienceMs: 60_000,
  connect,
};

const KEY_AUTH = 'gemini-api-key';

function connect(target: ConnectTarget): Connected {
  const base = connectByEnvironment(target);
  const home = target.env['GEMINI_CLI_HOME'] ?? target.home;
  const system = target.env['GEMINI_CLI_SYSTEM_SETTINGS_PATH'] ?? '/etc/gemini-cli/settings.json';
  const projects = target.projects.map((project) => `${project}/.gemini/settings.json`);
  const files = [system, ...projects, `${home}/.gemini/settings.json`];
  const chosen = findSetting(target, files, 'selectedType')?.value ?? null;
  if (chosen === KEY_AUTH) return base;
  if (chosen !== null) return { ...base, notice: loginNotice(target, chosen) };
  const hasKey = (target.env['GEMINI_API_KEY'] ?? '') !== '';
  return hasKey ? inOwnHome(target, base, home) : { ...base, notice: loginNotice(target, null) };
}

/** What people write for the client and the client only reads. */
const SHARED = ['GEMINI.md', '.env', 'commands', 'extensions', 'policies', 'skills', 'agents'];

/** Sessions are kept there too, so that the next run can resume them. */
function inOwnHome(target: ConnectTarget, base: Connected, home: string): Connected {
  const own = `${target.keepDir}/gemini-cli`;
  const user = parseJson(target.read(`${home}/.gemini/settings.json`) ?? '{}');
  const security = objectAt(user, 'security');
  const settings = {
    ...(isObject(user) ? user : {}),
    security: { ...security, auth: { ...objectAt(security, 'auth'), selectedType: KEY_AUTH } },
  };
  return {
    ...base,
    env: { ...base.env, GEMINI_CLI_HOME: own },
    files: [
      { path: `${own}/.gemini/settings.json`, text: `${JSON.stringify(settings, null, 2)}\n` },
    ],
    links: SHARED.map((name) => ({
      path: `${own}/.gemini/${name}`,
      to: `${home}/.gemini/${name}`,
    })),
  };
}

function loginNotice(target: ConnectTarget, chosen: string | null): string | null {
  if (chosen === 'vertex-ai') return 'Gemini CLI is set to Vertex AI: it is not recorded';
  if (target.hasConnection('code-assist')) return null;
  return chosen === null
    ? 'GEMINI_API_KEY is not set: a Google login of Gemini CLI is not recorded'
    : 'Gemini CLI is set to a Google login: it is not recorded without a connection code-assist';
}
