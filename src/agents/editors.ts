// Editors and their extensions: no base URL leads them, but the forward proxy does. What they send to a model is
// recognised by the extension's own headers.
import type { AgentSpec } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';

export const EDITOR: AgentSpec = {
  name: 'editor',
  commands: [
    'code',
    'code-insiders',
    'codium',
    'cursor',
    'windsurf',
    'zed',
    'idea',
    'pycharm',
    'webstorm',
  ],
  recognise: () => null,
  conversation: () => null,
  parent: () => null,
  isSideCall: () => false,
  needsForwardProxy: true,
  connect: connectByEnvironment,
};
