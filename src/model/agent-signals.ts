// Variables that agents set for the commands they run: how a hook sees that an agent made the commit, and how a verb
// that only a person may use knows better (DECISIONS 5).

/** Ours: set by `aitrail run` and `aitrail env`. */
export const SESSION_VARIABLE = 'AITRAIL_SESSION';

export const AGENT_VARIABLES = [
  'CLAUDECODE',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_PROJECT_DIR',
  'CODEX_THREAD_ID',
  'CODEX_SESSION_ID',
  'CURSOR_AGENT',
  'CURSOR_TRACE_ID',
  'GEMINI_CLI',
  'QWEN_CODE',
  'OPENCODE',
  'COPILOT_AGENT_SESSION_ID',
  'CLINE_ACTIVE',
  'AI_AGENT',
] as const;

type Env = Readonly<Record<string, string>>;

/** Names of agents' own variables that are set, without their values. */
export const findAgentSignals = (env: Env): readonly string[] =>
  AGENT_VARIABLES.filter((name) => (env[name] ?? '') !== '');
