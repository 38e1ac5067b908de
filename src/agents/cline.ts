// Cline: its provider settings live in a file that `cline auth` writes; no variable moves them.
import type { AgentSpec } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { bodyConversation, headerOf, productVersion, systemText, versionOrNull } from './facts.ts';

export const CLINE: AgentSpec = {
  name: 'cline',
  commands: ['cline'],
  recognise: (facts) => {
    const version = productVersion(facts, /\bcline(?=\/|$|\s)/i);
    if (version !== null) return { version: versionOrNull(version) };
    const isTitled = /^cline$/i.test(headerOf(facts, 'x-title') ?? '');
    return isTitled || /\bYou are Cline\b/.test(systemText(facts.request, 4000))
      ? { version: null }
      : null;
  },
  conversation: (facts) => headerOf(facts, 'x-task-id') ?? bodyConversation(facts),
  parent: () => null,
  isSideCall: () => false,
  connect: (target) => ({
    ...connectByEnvironment(target),
    notice:
      'cline keeps its base URL in a file: run `cline auth -p openai -b "$OPENAI_BASE_URL"` inside aitrail run',
  }),
};
