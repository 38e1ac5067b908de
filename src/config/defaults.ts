// What holds where no file says anything.
import type { Connection, SecretsPolicy } from '../model/policy.ts';

export const DEFAULT_CONNECTIONS: Readonly<Record<string, Connection>> = {
  anthropic: standard('anthropic', 'anthropic-messages', 'https://api.anthropic.com'),
  openai: standard('openai', 'openai', 'https://api.openai.com'),
  gemini: standard('gemini', 'gemini', 'https://generativelanguage.googleapis.com'),
  // where clients go with a login in place of a key, and editors: requests take these of themselves
  chatgpt: standard('chatgpt', 'openai', 'https://chatgpt.com/backend-api/codex'),
  copilot: standard('copilot', 'openai', 'https://api.githubcopilot.com'),
  'copilot-completions': standard(
    'copilot-completions',
    'openai',
    'https://copilot-proxy.githubusercontent.com',
  ),
  'code-assist': standard('code-assist', 'gemini', 'https://cloudcode-pa.googleapis.com'),
};

export const DEFAULT_SECRETS: SecretsPolicy = {
  onResponse: 'mask',
  onRequest: 'warn',
  onCommit: { ai: 'mask', other: 'block' },
  onPush: 'block',
  toolArguments: 'written',
  allow: [],
  rules: [],
  isExplained: true,
  isVaultOn: false,
};

/** Days that recordings are kept. */
export const RETENTION_DAYS = 90;

/** How long an action is held for one. */
export const APPROVALS_HOLD_MS = 120_000;

/** How long a request for approval stays open. */
export const APPROVALS_EXPIRE_MS = 3_600_000;

function standard(name: string, protocol: Connection['protocol'], upstream: string): Connection {
  return { name, protocol, upstream, credential: null, isRecorded: true };
}
