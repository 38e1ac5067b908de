// How each client is started without a terminal: a first prompt, and a second one in the same conversation.
import type { ClientPackage } from './clients.ts';

/** Who is logged in with the vendor, and asks its own hosts. */
export interface Login {
  /** What must reach the model and no file of ours. */
  readonly secret: string;
  /** Settings below HOME; path → text. */
  readonly settings: Readonly<Record<string, string>>;
  /** Variables of `aitrail run` that would lead it by base URL, in place of the forward proxy. */
  readonly without: readonly string[];
  readonly takesSockets: boolean;
  /** Headers, lower case, that a request to the model must have had: the way that this row is for was taken. */
  readonly proof: readonly string[];
}

export interface Launch {
  /** As the table of tests calls it. */
  readonly title: string;
  readonly client: ClientPackage;
  /** As aitrail calls the client. */
  readonly agent: string;
  /** Does it say which conversation a request belongs to? */
  readonly saysConversation: boolean;
  /** Whose session a sub-agent's requests are in; null where it has no sub-agents. */
  readonly subAgents: 'own' | 'shared' | null;
  /** false: a stream that breaks off ends the client, with aitrail or without. */
  readonly survivesCut: boolean;
  /** Credentials, all of them made up, and consent to work unattended. */
  readonly env: Readonly<Record<string, string>>;
  readonly first: (prompt: string) => readonly string[];
  readonly again: (prompt: string) => readonly string[];
  /** What leads the client to the model without aitrail. */
  readonly direct: (url: string) => {
    readonly env: Readonly<Record<string, string>>;
    readonly args: readonly string[];
    /** Settings below HOME that the direct way needs; path → text. */
    readonly settings?: Readonly<Record<string, string>>;
  };
  readonly login?: Login;
}

const byVariables =
  (variables: (url: string) => Readonly<Record<string, string>>) => (url: string) => ({
    env: variables(url),
    args: [],
  });

/** Consent to work unattended. */
export const CLIENTS_FREE = {
  codex: ['--dangerously-bypass-approvals-and-sandbox', '--skip-git-repo-check'],
} as const;

/** The model decides in which of three shapes Codex gets its edits. */
const codex = (shape: string, model: string, subAgents: 'own' | null): Launch => ({
  title: `Codex, ${shape}`,
  client: '@openai/codex',
  agent: 'codex',
  saysConversation: true,
  subAgents,
  survivesCut: true,
  env: { CODEX_API_KEY: 'canary-key' },
  first: (prompt) => ['exec', ...CLIENTS_FREE.codex, '-m', model, prompt],
  again: (prompt) => ['exec', ...CLIENTS_FREE.codex, '-m', model, 'resume', '--last', prompt],
  direct: (url) => ({ env: {}, args: ['-c', `openai_base_url="${url}/v1"`] }),
});

const copilot = (type: 'openai' | 'anthropic', model: string): Launch => ({
  title: `Copilot CLI, own provider of type ${type}`,
  client: '@github/copilot',
  agent: 'copilot-cli',
  saysConversation: false,
  subAgents: 'shared',
  survivesCut: true,
  env: {
    COPILOT_PROVIDER_TYPE: type,
    COPILOT_PROVIDER_BASE_URL:
      type === 'openai' ? 'https://api.openai.com/v1' : 'https://api.anthropic.com',
    COPILOT_PROVIDER_API_KEY: 'canary-key',
    COPILOT_MODEL: model,
    COPILOT_OFFLINE: 'true',
  },
  first: (prompt) => ['--allow-all-tools', '-p', prompt],
  again: (prompt) => ['--continue', '--allow-all-tools', '-p', prompt],
  direct: byVariables((url) => ({
    COPILOT_PROVIDER_BASE_URL: type === 'openai' ? `${url}/v1` : url,
  })),
});

export const LAUNCHES: readonly Launch[] = [
  {
    title: 'Claude Code',
    client: '@anthropic-ai/claude-code',
    agent: 'claude-code',
    saysConversation: true,
    subAgents: 'shared',
    survivesCut: true,
    env: {
      ANTHROPIC_API_KEY: 'canary-key',
      IS_SANDBOX: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
    first: (prompt) => ['-p', prompt, '--dangerously-skip-permissions'],
    again: (prompt) => ['-c', '-p', prompt, '--dangerously-skip-permissions'],
    direct: byVariables((url) => ({ ANTHROPIC_BASE_URL: url })),
  },
  codex('code mode', 'gpt-6.1-sol', 'own'),
  // these two are offered no sub-agents
  codex('patches', 'gpt-5.5', null),
  codex('shell only', 'gpt-5.1-codex', null),
  {
    title: 'Gemini CLI',
    client: '@google/gemini-cli',
    agent: 'gemini-cli',
    saysConversation: false,
    subAgents: null,
    survivesCut: false,
    env: { GEMINI_API_KEY: 'canary-key', GEMINI_CLI_TRUST_WORKSPACE: 'true' },
    first: (prompt) => ['-y', '-p', prompt],
    again: (prompt) => ['-y', '--resume', 'latest', '-p', prompt],
    direct: (url) => ({
      env: { GOOGLE_GEMINI_BASE_URL: url },
      args: [],
      settings: {
        '.gemini/settings.json': '{"security":{"auth":{"selectedType":"gemini-api-key"}}}\n',
      },
    }),
  },
  {
    title: 'OpenCode on Anthropic',
    client: 'opencode-ai',
    agent: 'opencode',
    saysConversation: true,
    subAgents: 'own',
    survivesCut: true,
    env: { ANTHROPIC_API_KEY: 'canary-key' },
    first: (prompt) => ['run', '-m', 'anthropic/claude-sonnet-4-5', prompt],
    again: (prompt) => ['run', '-c', '-m', 'anthropic/claude-sonnet-4-5', prompt],
    direct: byVariables((url) => ({ ANTHROPIC_BASE_URL: `${url}/v1` })),
  },
  {
    title: 'OpenCode on OpenAI',
    client: 'opencode-ai',
    agent: 'opencode',
    saysConversation: true,
    subAgents: 'own',
    survivesCut: true,
    env: { OPENAI_API_KEY: 'canary-key' },
    first: (prompt) => ['run', '-m', 'openai/gpt-5.1', prompt],
    again: (prompt) => ['run', '-c', '-m', 'openai/gpt-5.1', prompt],
    direct: byVariables((url) => ({ OPENAI_BASE_URL: `${url}/v1` })),
  },
  copilot('openai', 'gpt-5.1'),
  copilot('anthropic', 'claude-sonnet-4.5'),
];
