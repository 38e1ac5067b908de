// Clients that know nothing of aitrail and ask their vendors' own hosts, with a login in place of a key: only the forward
// proxy and its certificate lead them.
import { CLIENTS_FREE, type Launch } from './launches.ts';
import { CHATGPT_ACCOUNT } from './model/services.ts';

/** Made up at run time: nothing that looks like a token stands in a file. */
const token = (start: readonly string[], between = '-'): string =>
  [...start, Buffer.from(`canary ${start.join(' ')} of aitrail`).toString('hex')].join(between);

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @param claims of OpenAI's own. @returns a JSON web token that nobody signed. */
const webToken = (claims: object): string =>
  [
    part({ alg: 'RS256', typ: 'JWT' }),
    part({
      exp: 4_000_000_000,
      email: 'ada@example.com',
      'https://api.openai.com/auth': claims,
    }),
    Buffer.from('canary signature').toString('base64url'),
  ].join('.');

const CHATGPT = webToken({
  chatgpt_plan_type: 'pro',
  chatgpt_account_id: CHATGPT_ACCOUNT,
  chatgpt_user_id: 'user-1',
});

const codex = (title: string, takesSockets: boolean): Launch => ({
  title: `Codex with a ChatGPT login, ${title}`,
  client: '@openai/codex',
  agent: 'codex',
  saysConversation: true,
  subAgents: null,
  survivesCut: true,
  env: {},
  first: (prompt) => ['exec', ...CLIENTS_FREE.codex, '-m', 'gpt-5.5', prompt],
  again: (prompt) => ['exec', ...CLIENTS_FREE.codex, '-m', 'gpt-5.5', 'resume', '--last', prompt],
  direct: () => ({ env: {}, args: [] }),
  login: {
    secret: CHATGPT,
    settings: {
      '.codex/auth.json': JSON.stringify({
        auth_mode: 'chatgpt',
        OPENAI_API_KEY: null,
        tokens: {
          id_token: CHATGPT,
          access_token: CHATGPT,
          refresh_token: token(['refresh']),
          account_id: CHATGPT_ACCOUNT,
        },
        last_refresh: new Date().toISOString(),
      }),
    },
    // as a command of no known client: no option leads it elsewhere
    without: ['OPENAI_BASE_URL'],
    takesSockets,
    proof: takesSockets ? ['upgrade'] : [':authority', 'content-encoding'],
  },
});

const COPILOT = token(['gho'], '_');
const CLAUDE = token(['sk', 'ant', 'oat01']);

export const LOGINS: readonly Launch[] = [
  codex('compressed bodies over HTTP/2', false),
  codex('over a WebSocket', true),
  {
    title: 'Copilot CLI with a GitHub login',
    client: '@github/copilot',
    agent: 'copilot-cli',
    saysConversation: true,
    subAgents: 'shared',
    survivesCut: true,
    env: { COPILOT_GITHUB_TOKEN: COPILOT, COPILOT_MODEL: 'gpt-5.1' },
    first: (prompt) => ['--allow-all-tools', '-p', prompt],
    again: (prompt) => ['--continue', '--allow-all-tools', '-p', prompt],
    direct: () => ({ env: {}, args: [] }),
    login: {
      secret: COPILOT,
      settings: {},
      without: ['COPILOT_API_URL'],
      takesSockets: false,
      proof: ['copilot-integration-id'],
    },
  },
  {
    title: 'Claude Code with a subscription',
    client: '@anthropic-ai/claude-code',
    agent: 'claude-code',
    saysConversation: true,
    subAgents: 'shared',
    survivesCut: true,
    env: {
      CLAUDE_CODE_OAUTH_TOKEN: CLAUDE,
      IS_SANDBOX: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
    first: (prompt) => ['-p', prompt, '--dangerously-skip-permissions'],
    again: (prompt) => ['-c', '-p', prompt, '--dangerously-skip-permissions'],
    direct: () => ({ env: {}, args: [] }),
    login: {
      secret: CLAUDE,
      settings: {},
      without: ['ANTHROPIC_BASE_URL'],
      takesSockets: false,
      proof: ['x-claude-code-session-id'],
    },
  },
];
