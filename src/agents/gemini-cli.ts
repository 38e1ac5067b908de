// Gemini CLI. With an API key a base URL works only beside the setting that says so; that setting goes into a temporary
// system-settings file. Calls have no id on the wire; a router asks a small model before each prompt.
import type { AgentSpec, Connected, ConnectTarget } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { bodyConversation, isSchemaQuestion, productVersion, versionOrNull } from './facts.ts';

const SETTINGS = 'GEMINI_CLI_SYSTEM_SETTINGS_PATH';

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
  connect,
};

function connect(target: ConnectTarget): Connected {
  const base = connectByEnvironment(target);
  const { env, tempDir } = target;
  const hasKey = (env['GEMINI_API_KEY'] ?? '') !== '';
  if (!hasKey) return { ...base, notice: loginNotice(target) };
  // an administrator's file stays in force; it must choose the key itself
  if ((env[SETTINGS] ?? '') !== '') return base;
  const path = `${tempDir}/gemini-settings.json`;
  const settings = { security: { auth: { selectedType: 'gemini-api-key' } } };
  return {
    ...base,
    env: { ...base.env, [SETTINGS]: path },
    files: [{ path, text: `${JSON.stringify(settings, null, 2)}\n` }],
  };
}

const loginNotice = (target: ConnectTarget): string | null =>
  target.hasConnection('code-assist')
    ? null
    : 'GEMINI_API_KEY is not set: a Google login of Gemini CLI is not recorded';
