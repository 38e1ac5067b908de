// Aider: no tools. The model answers with search-and-replace blocks or whole files in fences, and Aider writes them.
import { holdsSearchReplace, parseSearchReplace } from '../extract/search-replace.ts';
import { findFencedCode } from '../extract/fenced-code.ts';
import type { AgentSpec } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { headerOf, productVersion, systemText, versionOrNull } from './facts.ts';

const PROMPT = /\*SEARCH\/REPLACE block\*|Act as an expert software developer|\*file listing\*/;

export const AIDER: AgentSpec = {
  name: 'aider',
  commands: ['aider'],
  recognise: (facts) => {
    const version = productVersion(facts, /\baider(?=\/|$|\s)/i);
    if (version !== null) return { version: versionOrNull(version) };
    const isTitled = /^aider$/i.test(headerOf(facts, 'x-title') ?? '');
    return isTitled || PROMPT.test(systemText(facts.request)) ? { version: null } : null;
  },
  conversation: () => null,
  parent: () => null,
  // commit messages are asked for by a prompt of their own
  isSideCall: (facts) =>
    /generates? (?:concise, )?.{0,40}commit messages/i.test(systemText(facts.request, 2000)),
  connect: connectByEnvironment,
  readText: (text) =>
    holdsSearchReplace(text) ? parseSearchReplace(text, null) : findFencedCode(text),
};
