// Qwen Code: Gemini CLI's tools over OpenAI's chat format.
import type { AgentSpec } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { bodyConversation, isSchemaQuestion, productVersion, versionOrNull } from './facts.ts';

export const QWEN_CODE: AgentSpec = {
  name: 'qwen-code',
  commands: ['qwen', 'qwen-code'],
  recognise: (facts) => {
    const version = productVersion(facts, /\bQwenCode(?=\/|$|\s)/i);
    return version === null ? null : { version: versionOrNull(version) };
  },
  conversation: bodyConversation,
  parent: () => null,
  isSideCall: isSchemaQuestion,
  connect: connectByEnvironment,
};
