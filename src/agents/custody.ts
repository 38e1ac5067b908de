// What a child has in place of the keys that stay in custody: the session token, under the provider's own names.

/** By connection: variables that get the token, and those that would show a client's way around it. */
const KEYS: Readonly<
  Record<string, { readonly given: readonly string[]; readonly removed: readonly string[] }>
> = {
  anthropic: {
    given: ['ANTHROPIC_API_KEY'],
    removed: ['ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
  },
  openai: { given: ['OPENAI_API_KEY', 'CODEX_API_KEY'], removed: [] },
  gemini: { given: ['GEMINI_API_KEY'], removed: ['GOOGLE_API_KEY'] },
  copilot: { given: ['COPILOT_GITHUB_TOKEN'], removed: ['GH_TOKEN', 'GITHUB_TOKEN'] },
  github: { given: ['GH_TOKEN', 'GITHUB_TOKEN'], removed: ['GH_ENTERPRISE_TOKEN'] },
};

/** @param connections those whose credential is in custody. */
export const custodyVariables = (
  connections: readonly string[],
  token: string,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    connections.flatMap((name) => (KEYS[name]?.given ?? []).map((variable) => [variable, token])),
  );

export const custodyRemoved = (connections: readonly string[]): readonly string[] =>
  connections.flatMap((name) => KEYS[name]?.removed ?? []);
