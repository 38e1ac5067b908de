// How `aitrail run` starts a client so that its model traffic comes through the proxy. No file of the user is touched.
import type { Connected, ConnectTarget } from './agent-spec.ts';
import { findAgentByCommand } from './agents.ts';
import { connectByEnvironment } from './environment.ts';

export type { Connected, ConnectTarget } from './agent-spec.ts';

/** @param name a client's name or the command that starts it; any other gets the usual variables. */
export const connectAgent = (name: string, target: ConnectTarget): Connected =>
  findAgentByCommand(name)?.connect(target) ?? connectByEnvironment(target);

/** Is this client led by the forward proxy alone? */
export const needsForwardProxy = (name: string): boolean =>
  findAgentByCommand(name)?.needsForwardProxy === true;

/** @returns the client's name for a command word, null where it is none that is known. */
export const agentOfCommand = (command: string): string | null =>
  findAgentByCommand(command)?.name ?? null;
