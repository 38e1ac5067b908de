// pi: reads its base URLs from ~/.pi/agent/models.json only.
import type { AgentSpec } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { bodyConversation, productVersion, systemText, versionOrNull } from './facts.ts';

export const PI: AgentSpec = {
  name: 'pi',
  commands: ['pi'],
  recognise: (facts) => {
    const version = productVersion(facts, /^pi(?:-coding-agent)?(?=\/|$|\s)/i);
    if (version !== null) return { version: versionOrNull(version) };
    const isNamed = /operating inside pi\b|pi-coding-agent/.test(systemText(facts.request, 8000));
    return isNamed ? { version: null } : null;
  },
  conversation: bodyConversation,
  parent: () => null,
  isSideCall: () => false,
  connect: (target) => ({
    ...connectByEnvironment(target),
    notice: `pi reads no base-URL variable: put "baseUrl": "$ANTHROPIC_BASE_URL"'s value into ~/.pi/agent/models.json`,
  }),
};
