// Cline: its provider settings live in a file that `cline auth` writes; no variable moves them. Models without a tool
// interface get its tools as elements in text.
import { findFencedCode } from '../extract/fenced-code.ts';
import { holdsToolElements, parseToolElements } from '../extract/tool-elements.ts';
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
    return isTitled || /\bYou are (?:Cline|Roo)\b/.test(systemText(facts.request, 4000))
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
  readText: (text) => (holdsToolElements(text) ? parseToolElements(text) : findFencedCode(text)),
};
